package dev.remora.wire;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * The tokens of a listing: the place where the next page begins, in opaque form, together with whose list it is. A token that
 * was given out in another account or region is none here, as one that nobody gave out.
 *
 * @param origin whose list it is
 * @param invalid the error of the service for a token that is none
 */
public record Tokens(String origin, Supplier<AwsError> invalid) {
    private static final String MARK = "r1:";

    /** Tokens are as long as ids are; anything longer is none of ours. */
    private static final int MAX_TOKEN = 4096;

    /** Of what the caller's account has in the region that is called. */
    public static Tokens of(Call call, Supplier<AwsError> invalid) {
        return new Tokens(call.account() + "/" + call.region(), invalid);
    }

    /** Of what the caller's account has in all regions together. */
    public static Tokens ofAccount(Call call, Supplier<AwsError> invalid) {
        return new Tokens(call.account(), invalid);
    }

    /** The token that goes on behind a position. */
    public String behind(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((prefix() + position).getBytes(StandardCharsets.UTF_8));
    }

    /** The position that a token goes on behind. */
    public String position(String token) {
        if (token.length() > MAX_TOKEN) {
            throw invalid.get();
        }
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw invalid.get();
        }
        if (!text.startsWith(prefix())) {
            throw invalid.get();
        }
        return text.substring(prefix().length());
    }

    private String prefix() {
        return MARK + origin + ":";
    }
}
