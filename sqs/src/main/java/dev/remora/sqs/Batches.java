package dev.remora.sqs;

import dev.remora.wire.AwsError;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;

/** What all batches have in common: the rules for their entries, and that one entry's failure is told apart from the others. */
final class Batches {
    static final int ENTRIES_MAX = 10;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,80}");

    private Batches() {}

    /** @param entry what one entry is called, for the error of a batch without any */
    static <E> void check(List<E> entries, Function<E, String> id, String entry) {
        if (entries.isEmpty()) {
            throw Refusal.emptyBatch(entry);
        }
        if (entries.size() > ENTRIES_MAX) {
            throw Refusal.tooManyEntries(entries.size());
        }
        var seen = new HashSet<String>();
        for (E each : entries) {
            if (!ID.matcher(id.apply(each)).matches()) {
                throw Refusal.entryId();
            }
        }
        for (E each : entries) {
            if (!seen.add(id.apply(each))) {
                throw Refusal.repeatedId(id.apply(each));
            }
        }
    }

    /** Does something for one entry; an error of its own becomes the entry's result. */
    static void each(String id, Runnable work, Consumer<BatchResultErrorEntry> failed) {
        try {
            work.run();
        } catch (AwsError e) {
            failed.accept(BatchResultErrorEntry.builder()
                    .id(id)
                    .code(code(e))
                    .message(e.text())
                    .senderFault(e.status() < 500)
                    .build());
        }
    }

    /** An entry's error carries the code of the query protocol in both protocols. */
    private static String code(AwsError e) {
        return switch (e.code()) {
            case "InvalidParameterValueException" -> "InvalidParameterValue";
            case "MissingRequiredParameterException" -> "MissingParameter";
            case "MessageNotInflight" -> "AWS.SimpleQueueService.MessageNotInflight";
            default -> e.code();
        };
    }
}
