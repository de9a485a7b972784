package dev.remora.wire;

import java.time.Instant;
import java.util.function.Function;

/** The keys of tests: the bootstrap key test/test, a long-lived key, and a session of a role. */
final class Keys {
    static final String ACCOUNT = "000000000000";
    static final Principal ROOT = new Principal.Root(ACCOUNT);
    static final String TOKEN = "session-token//with=odd+characters";
    static final Principal SESSION = new Principal.RoleSession(
            ACCOUNT,
            "arn:aws:iam::000000000000:role/path/worker",
            "worker",
            "AROAEXAMPLE",
            "s1",
            "arn:aws:lambda:us-east-1:000000000000:function:f");
    static final AccessKeys ALL = Keys::find;
    static final Authorizer EVERYTHING = (principal, action, resources, context) -> Authorizer.Decision.ALLOWED;

    private Keys() {}

    private static AccessKeys.Found find(String id, String token, Instant now) {
        return switch (id) {
            case "test" -> new AccessKeys.Holder(ROOT, "test", true);
            case "AKIAEXAMPLE" -> new AccessKeys.Holder(ROOT, "secret/of+AKIA", false);
            case "ASIAEXAMPLE" ->
                token.equals(TOKEN)
                        ? new AccessKeys.Holder(SESSION, "secret of ASIA", false)
                        : AccessKeys.Absent.UNKNOWN;
            case "ASIAOLD" -> AccessKeys.Absent.EXPIRED;
            default -> AccessKeys.Absent.UNKNOWN;
        };
    }

    /** An authorizer that allows what the function says. */
    static Authorizer only(Function<String, Authorizer.Decision> decision) {
        return (principal, action, resources, context) -> decision.apply(action);
    }
}
