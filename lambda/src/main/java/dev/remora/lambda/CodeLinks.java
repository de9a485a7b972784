package dev.remora.lambda;

import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Links to functions' code that need no signature of their bearer: they hold until when they are good, and a MAC over that and
 * the hash, made with a secret of this installation.
 */
final class CodeLinks {
    static final Duration LIFE = Duration.ofMinutes(10);

    /** Where the server must let requests through to {@link #open}. */
    static final String PATH = "/_remora/code/";

    private static final Pattern FORM = Pattern.compile("([0-9a-f]{64})/([0-9]{1,12})/([0-9a-f]{64})");

    /** The installation's secret for links. */
    record Secret(String hex) {
        static final Kind<Secret> KIND = Kind.of("lambda.link-secret", Secret.class);
    }

    private static final Scope SCOPE = Scope.global("000000000000");

    private final Store store;
    private final Codes codes;
    private final InstantSource clock;
    private final Ids ids;
    private final Supplier<String> endpoint;

    CodeLinks(Store store, Codes codes, InstantSource clock, Ids ids, Supplier<String> endpoint) {
        this.store = store;
        this.codes = codes;
        this.clock = clock;
        this.ids = ids;
        this.endpoint = endpoint;
    }

    /** A link that is good for ten minutes. */
    String link(Settings.Code code) {
        long until = clock.instant().plus(LIFE).getEpochSecond();
        return endpoint.get() + PATH + code.sha256() + "/" + until + "/" + mac(code.sha256(), until);
    }

    /** What a request's path below {@link #PATH} may have. */
    CodeDownload open(String rest) {
        Matcher form = FORM.matcher(rest);
        if (!form.matches()) {
            return new CodeDownload.Refused(404, "There is no such link.");
        }
        String sha256 = form.group(1);
        long until = Long.parseLong(form.group(2));
        byte[] given = form.group(3).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(given, mac(sha256, until).getBytes(StandardCharsets.US_ASCII))) {
            return new CodeDownload.Refused(403, "The link's signature is wrong.");
        }
        if (clock.instant().isAfter(Instant.ofEpochSecond(until))) {
            return new CodeDownload.Refused(403, "Request has expired");
        }
        return codes.file(sha256)
                .<CodeDownload>map(CodeDownload.Found::new)
                .orElseGet(() -> new CodeDownload.Refused(404, "The code was deleted."));
    }

    private String mac(String sha256, long until) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(HexFormat.of().parseHex(secret()), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal((sha256 + "/" + until).getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private String secret() {
        return store.view()
                .get(Secret.KIND, SCOPE, "secret")
                .orElseGet(() -> store.write(tx -> tx.get(Secret.KIND, SCOPE, "secret").orElseGet(() -> {
                    var made = new Secret(ids.hex(64));
                    tx.put(Secret.KIND, SCOPE, "secret", made);
                    return made;
                })))
                .hex();
    }
}
