package dev.remora.sqs;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Names one time at which a message was received.
 *
 * @param queue the queue's id
 * @param sequence the message's row
 * @param receives which time it was
 */
record ReceiptHandle(String queue, long sequence, int receives) {
    /** AWS's begin so; what follows is opaque there. */
    private static final String MARK = "AQEB";

    String text() {
        String plain = queue + ":" + sequence + ":" + receives;
        return MARK + Base64.getEncoder().encodeToString(plain.getBytes(US_ASCII));
    }

    /** Reads a handle that this queue gave out. */
    static ReceiptHandle of(@Nullable String text, String queue) {
        if (text == null || text.isEmpty()) {
            throw Refusal.missing("ReceiptHandle");
        }
        if (!text.startsWith(MARK)) {
            throw Refusal.notAReceipt(text);
        }
        try {
            String plain = new String(Base64.getDecoder().decode(text.substring(MARK.length())), US_ASCII);
            String[] parts = plain.split(":", -1);
            if (parts.length == 3 && parts[0].equals(queue)) {
                return new ReceiptHandle(queue, Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.notAReceipt(text);
        }
        throw Refusal.notAReceipt(text);
    }
}
