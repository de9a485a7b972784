package dev.remora.iam;

import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one request says of itself, under the names of condition keys, which have no case. Nothing is worked out before a
 * condition or a variable asks for it, which most decisions do not. Not for use by several threads.
 */
final class Facts {
    private static final String ARN = "arn:";

    /** Colons before an ARN's account. */
    private static final int ARN_ACCOUNT = 4;

    private static final int ACCOUNT_DIGITS = 12;

    private final Principal caller;
    private final Map<String, String> tags;
    private final ControlPolicies organizations;
    private final Map<String, List<String>> context;
    private final InstantSource clock;
    private final boolean bounded;
    private final boolean supposed;
    private String resource = "";
    private @Nullable String owner;
    private boolean provedNow;
    private @Nullable String callerArn;

    /**
     * @param tags of the caller's identity; those of its session count before them
     * @param organizations where accounts stand in theirs
     * @param bounded whether a permissions boundary limits the caller
     */
    Facts(Principal caller, Map<String, String> tags, ControlPolicies organizations, Map<String, List<String>> context,
            InstantSource clock, boolean bounded) {
        this(caller, tags, organizations, context, clock, bounded, false);
    }

    private Facts(Principal caller, Map<String, String> tags, ControlPolicies organizations, Map<String, List<String>> context,
            InstantSource clock, boolean bounded, boolean supposed) {
        this.caller = caller;
        this.tags = tags;
        this.organizations = organizations;
        this.context = context;
        this.clock = clock;
        this.bounded = bounded;
        this.supposed = supposed;
    }

    /** The same, but what the context says counts before what is so: for simulations. */
    Facts supposing() {
        return new Facts(caller, tags, organizations, context, clock, bounded, true);
    }

    /** Says which resource the next question is about; its ARN tells whose it is. */
    void about(String arn) {
        this.resource = arn;
        this.owner = null;
    }

    /** Says whose resource the next question is about, where its ARN does not tell; empty if it is nobody's. */
    void ownedBy(String account) {
        this.owner = account;
    }

    /** Whether a permissions boundary limits the caller. */
    boolean bounded() {
        return bounded;
    }

    /** Says that this very request proves a second factor, whatever its credentials were issued with. */
    void proveNow() {
        this.provedNow = true;
    }

    /** When a second factor was proved, or null if none was. */
    @Nullable Instant proved() {
        return provedNow ? now() : terms().mfa() ? terms().issued() : null;
    }

    Principal caller() {
        return caller;
    }

    String callerArn() {
        String arn = callerArn;
        if (arn == null) {
            callerArn = arn = caller.arn();
        }
        return arn;
    }

    boolean service() {
        return caller instanceof Principal.Service;
    }

    SessionTerms terms() {
        return caller.terms();
    }

    Standing standing() {
        return service() ? Standing.ALONE : organizations.of(caller.account());
    }

    String owner() {
        String account = owner;
        if (account == null) {
            owner = account = account(resource, caller.account());
        }
        return account;
    }

    /** Whether the caller is of the resource's account. */
    boolean within() {
        return owner().isEmpty() || owner().equals(caller.account());
    }

    /** Where the account stands that a service calls for. */
    Standing sourceStanding() {
        return service() ? organizations.of(caller.account()) : Standing.ALONE;
    }

    Standing ownerStanding() {
        return owner().isEmpty() ? Standing.ALONE : organizations.of(owner());
    }

    Instant now() {
        return clock.instant();
    }

    /** The values of a key; empty if the request does not have it. */
    List<String> values(Key key) {
        if (supposed) {
            List<String> said = context(key.written());
            if (!said.isEmpty()) {
                return said;
            }
        }
        GlobalKey global = key.global();
        if (global != null) {
            if (global.open()) {
                List<String> said = context(key.written());
                if (!said.isEmpty()) {
                    return said;
                }
            }
            String value = global.value(this);
            return value == null ? List.of() : List.of(value);
        }
        if (key.principalTag() != null) {
            String value = tag(terms().tags(), key.principalTag());
            value = value != null ? value : tag(tags, key.principalTag());
            return value == null ? List.of() : List.of(value);
        }
        return context(key.written());
    }

    /** A key's name as a policy writes it, taken apart once. */
    record Key(String written, @Nullable GlobalKey global, @Nullable String principalTag) {
        static Key of(String written) {
            int prefix = GlobalKey.PRINCIPAL_TAG.length();
            boolean tag = written.regionMatches(true, 0, GlobalKey.PRINCIPAL_TAG, 0, prefix);
            return new Key(written, GlobalKey.named(written.toLowerCase(Locale.ROOT)), tag ? written.substring(prefix) : null);
        }
    }

    /** What the request's context says, whatever case it writes the name in; mostly it is the policy's. */
    List<String> context(String name) {
        List<String> same = context.get(name);
        if (same != null) {
            return same;
        }
        for (Map.Entry<String, List<String>> entry : context.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return List.of();
    }

    private static @Nullable String tag(Map<String, String> tags, String name) {
        if (tags.isEmpty()) {
            return null;
        }
        String same = tags.get(name);
        if (same != null) {
            return same;
        }
        for (Map.Entry<String, String> entry : tags.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return null;
    }

    /** All keys that the request has, for messages and logs. */
    Map<String, List<String>> all() {
        var all = new HashMap<String, List<String>>(context);
        for (GlobalKey key : GlobalKey.values()) {
            List<String> values = values(new Key(key.written(), key, null));
            all.keySet().removeIf(key.written()::equalsIgnoreCase);
            if (!values.isEmpty()) {
                all.put(key.written(), values);
            }
        }
        tags.forEach((name, value) -> all.put(GlobalKey.PRINCIPAL_TAG + name, List.of(value)));
        terms().tags().forEach((name, value) -> all.put(GlobalKey.PRINCIPAL_TAG + name, List.of(value)));
        return all;
    }

    /**
     * The account in an ARN, or nothing if it has none of twelve digits (S3, a wildcard): then the resource is nobody's.
     *
     * @param likely the account that it mostly is, which need not be cut out of the ARN
     */
    private static String account(String arn, String likely) {
        if (!arn.startsWith(ARN)) {
            return "";
        }
        int from = ARN.length() - 1;
        for (int colon = 1; colon < ARN_ACCOUNT; colon++) {
            from = arn.indexOf(':', from + 1);
            if (from < 0) {
                return "";
            }
        }
        from++;
        int to = from + ACCOUNT_DIGITS;
        if (to >= arn.length() || arn.charAt(to) != ':') {
            return "";
        }
        if (arn.startsWith(likely, from)) {
            return likely;
        }
        for (int i = from; i < to; i++) {
            if (arn.charAt(i) < '0' || arn.charAt(i) > '9') {
                return "";
            }
        }
        return arn.substring(from, to);
    }
}
