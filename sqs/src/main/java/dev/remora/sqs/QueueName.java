package dev.remora.sqs;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a queue is, and the two ways to write that: its URL and its ARN. */
record QueueName(Scope scope, String name) {
    static final int NAME_MAX = 80;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1," + NAME_MAX + "}");
    private static final Pattern FIFO_NAME = Pattern.compile("[A-Za-z0-9_-]{1,75}\\.fifo");
    private static final Pattern ARN = Pattern.compile("arn:aws:sqs:([a-z0-9-]+):(\\d{12}):([A-Za-z0-9_-]{1,80}(?:\\.fifo)?)");

    /** The name of a queue that does not exist yet. */
    static QueueName fresh(String name, boolean fifo, Call call) {
        if (fifo && !FIFO_NAME.matcher(name).matches()) {
            throw Refusal.invalid("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores,"
                    + " must end with .fifo suffix and be 1 to 80 in length.");
        }
        if (!fifo && !NAME.matcher(name).matches()) {
            throw Refusal.invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        }
        return new QueueName(new Scope(call.account(), call.region()), name);
    }

    /** A queue by its URL, of which the last two segments of the path count; or by its bare name, as AWS allows as well. */
    static QueueName ofUrl(@Nullable String url, Call call) {
        if (url == null || url.isEmpty()) {
            throw Refusal.missing("QueueUrl");
        }
        int last = url.lastIndexOf('/');
        String before = last < 0 ? "" : url.substring(0, last);
        String account = last < 0 ? call.account() : before.substring(before.lastIndexOf('/') + 1);
        return new QueueName(new Scope(account, call.region()), url.substring(last + 1));
    }

    static Optional<QueueName> ofArn(String arn) {
        var matcher = ARN.matcher(arn);
        return matcher.matches()
                ? Optional.of(new QueueName(new Scope(matcher.group(2), matcher.group(1)), matcher.group(3)))
                : Optional.empty();
    }

    String arn() {
        return "arn:aws:sqs:" + scope.region() + ":" + scope.account() + ":" + name;
    }

    String url(Call call) {
        return call.endpoint() + "/" + scope.account() + "/" + name;
    }
}
