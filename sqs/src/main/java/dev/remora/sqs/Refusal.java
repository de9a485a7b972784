package dev.remora.sqs;

import dev.remora.wire.AwsError;

/** SQS's errors, in its own words. Their codes are the names of the shapes; the wire knows what the query protocol calls them. */
final class Refusal {
    private Refusal() {}

    static AwsError noQueue() {
        return new AwsError("QueueDoesNotExist", 400, "The specified queue does not exist.");
    }

    static AwsError exists(String attribute) {
        return new AwsError("QueueNameExists", 400,
                "A queue already exists with the same name and a different value for attribute " + attribute);
    }

    static AwsError invalid(String message) {
        return new AwsError("InvalidParameterValueException", 400, message);
    }

    static AwsError invalid(Object value, String parameter, String reason) {
        return invalid("Value " + value + " for parameter " + parameter + " is invalid. Reason: " + reason);
    }

    static AwsError missing(String parameter) {
        return new AwsError(
                "MissingRequiredParameterException", 400, "The request must contain the parameter " + parameter + ".");
    }

    static AwsError unknownAttribute(String name) {
        return new AwsError("InvalidAttributeName", 400, "Unknown Attribute " + name + ".");
    }

    static AwsError invalidAttribute(String name) {
        return new AwsError("InvalidAttributeValue", 400, "Invalid value for the parameter " + name + ".");
    }

    /** For what AWS has and Remora does not. */
    static AwsError unsupported(String what) {
        return new AwsError("UnsupportedOperation", 400, what + " is not supported by Remora: see docs/differences.md.");
    }

    static AwsError notAReceipt(String handle) {
        return new AwsError(
                "ReceiptHandleIsInvalid", 404, "The input receipt handle \"" + handle + "\" is not a valid receipt handle.");
    }

    static AwsError notInFlight() {
        return new AwsError("MessageNotInflight", 400, "The specified message isn't in flight.");
    }

    static AwsError tooManyInFlight() {
        return overLimit("Too many messages in flight: the queue's limit is " + Mailbox.IN_FLIGHT_MAX + ".");
    }

    static AwsError overLimit(String message) {
        return new AwsError("OverLimit", 403, message);
    }

    static AwsError purging(String queue) {
        return new AwsError(
                "PurgeQueueInProgress", 403, "Only one PurgeQueue operation on " + queue + " is allowed every 60 seconds.");
    }

    static AwsError noResource(String parameter) {
        return new AwsError("ResourceNotFoundException", 404,
                "The resource that you specified for the " + parameter + " parameter doesn't exist.");
    }

    static AwsError noTask() {
        return new AwsError("ResourceNotFoundException", 404, "Task does not exist.");
    }

    static AwsError contents() {
        return new AwsError("InvalidMessageContents", 400, "The message contains no character that is allowed.");
    }

    static AwsError emptyBatch(String entry) {
        return new AwsError("EmptyBatchRequest", 400, "There should be at least one " + entry + " in the request.");
    }

    static AwsError tooManyEntries(int sent) {
        return new AwsError("TooManyEntriesInBatchRequest", 400,
                "Maximum number of entries per request are " + Batches.ENTRIES_MAX + ". You have sent " + sent + ".");
    }

    static AwsError repeatedId(String id) {
        return new AwsError("BatchEntryIdsNotDistinct", 400, "Id " + id + " repeated.");
    }

    static AwsError entryId() {
        return new AwsError("InvalidBatchEntryId", 400, "A batch entry id can only contain alphanumeric characters, hyphens and"
                + " underscores. It can be at most 80 letters long.");
    }

    static AwsError batchTooLong(long bytes) {
        return new AwsError("BatchRequestTooLong", 400, "Batch requests cannot be longer than " + MessageRules.BYTES_MAX
                + " bytes. You have sent " + bytes + " bytes.");
    }
}
