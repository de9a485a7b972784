package dev.remora.iam;

import dev.remora.wire.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys that follow from who calls, when, and whose resource it is: IAM User Guide, "AWS global condition context
 * keys". What a request's own context says of them counts only where {@link #open} says so: a request cannot claim to be someone
 * else's.
 */
enum GlobalKey {
    PRINCIPAL_ARN("aws:PrincipalArn", facts -> switch (facts.caller()) {
        // The role's own ARN, not that of the session, nor of who assumed it.
        case Principal.RoleSession session -> session.roleArn();
        case Principal.Service service -> null;
        default -> facts.callerArn();
    }),
    PRINCIPAL_ACCOUNT("aws:PrincipalAccount", facts -> facts.service() ? null : facts.caller().account()),
    PRINCIPAL_TYPE("aws:PrincipalType", facts -> switch (facts.caller()) {
        case Principal.Root root -> "Account";
        case Principal.User user -> "User";
        case Principal.FederatedUser federated -> "FederatedUser";
        case Principal.RoleSession session -> "AssumedRole";
        case Principal.Service service -> null;
    }),
    PRINCIPAL_IS_AWS_SERVICE("aws:PrincipalIsAWSService", facts -> Boolean.toString(facts.service())),
    PRINCIPAL_SERVICE_NAME("aws:PrincipalServiceName", GlobalKey::serviceName),
    PRINCIPAL_SERVICE_NAMES_LIST("aws:PrincipalServiceNamesList", GlobalKey::serviceName),
    PRINCIPAL_ORG_ID("aws:PrincipalOrgID", facts -> orNull(facts.standing().organization())),
    PRINCIPAL_ORG_PATHS("aws:PrincipalOrgPaths", facts -> orNull(facts.standing().path())),
    USER_ID("aws:userid", facts -> facts.service() ? null : facts.caller().userId()),
    USER_NAME("aws:username", facts -> facts.caller() instanceof Principal.User user ? user.name() : null),
    TOKEN_ISSUE_TIME("aws:TokenIssueTime",
            facts -> facts.terms().temporary() ? facts.terms().issued().truncatedTo(ChronoUnit.SECONDS).toString() : null),
    /**
     * Absent from calls with keys that do not end, unless the call itself proves a second factor; of a session it says whether
     * its issuer had proved one.
     */
    MULTI_FACTOR_AUTH_PRESENT("aws:MultiFactorAuthPresent", facts -> facts.proved() != null ? "true"
            : facts.terms().temporary() || facts.caller() instanceof Principal.RoleSession ? "false" : null),
    MULTI_FACTOR_AUTH_AGE("aws:MultiFactorAuthAge", facts -> {
        Instant proved = facts.proved();
        return proved == null ? null : Long.toString(Duration.between(proved, facts.now()).toSeconds());
    }),
    SOURCE_IDENTITY("aws:SourceIdentity", facts -> orNull(facts.terms().sourceIdentity())),
    RESOURCE_ACCOUNT("aws:ResourceAccount", facts -> orNull(facts.owner())),
    RESOURCE_ORG_ID("aws:ResourceOrgID", facts -> orNull(facts.ownerStanding().organization())),
    RESOURCE_ORG_PATHS("aws:ResourceOrgPaths", facts -> orNull(facts.ownerStanding().path())),
    VIA_AWS_SERVICE("aws:ViaAWSService", true, facts -> "false"),
    SOURCE_ACCOUNT("aws:SourceAccount", true, facts -> facts.service() ? facts.caller().account() : null),
    SOURCE_ORG_ID("aws:SourceOrgID", facts -> orNull(facts.sourceStanding().organization())),
    SOURCE_ORG_PATHS("aws:SourceOrgPaths", facts -> orNull(facts.sourceStanding().path())),
    CURRENT_TIME("aws:CurrentTime", true, facts -> facts.now().truncatedTo(ChronoUnit.SECONDS).toString()),
    EPOCH_TIME("aws:EpochTime", true, facts -> Long.toString(facts.now().getEpochSecond())),
    /** Given by credentials that live in a function's environment, and by Lambda where it calls for a function. */
    SOURCE_FUNCTION_ARN("lambda:SourceFunctionArn", true,
            facts -> facts.caller() instanceof Principal.RoleSession session ? orNull(session.sourceFunctionArn()) : null);

    /** What begins the keys of a caller's tags. */
    static final String PRINCIPAL_TAG = "aws:PrincipalTag/";

    private static final Map<String, GlobalKey> BY_LOWER_NAME = new HashMap<>();

    static {
        for (GlobalKey key : values()) {
            BY_LOWER_NAME.put(key.written.toLowerCase(Locale.ROOT), key);
        }
    }

    private final String written;
    private final boolean open;
    private final Function<Facts, @Nullable String> value;

    GlobalKey(String written, Function<Facts, @Nullable String> value) {
        this(written, false, value);
    }

    GlobalKey(String written, boolean open, Function<Facts, @Nullable String> value) {
        this.written = written;
        this.open = open;
        this.value = value;
    }

    static @Nullable GlobalKey named(String lowerName) {
        return BY_LOWER_NAME.get(lowerName);
    }

    String written() {
        return written;
    }

    /** Whether a request's context may say it. */
    boolean open() {
        return open;
    }

    /** Its value, or null if a request of this kind does not have it. */
    @Nullable String value(Facts facts) {
        return value.apply(facts);
    }

    private static @Nullable String serviceName(Facts facts) {
        return facts.caller() instanceof Principal.Service service ? service.name() : null;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
