package dev.remora.iam;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AccessKeys;
import dev.remora.wire.Authorizer.PolicyType;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Operation;
import dev.remora.wire.Operations;
import dev.remora.wire.Principal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;

/** The services over a real store in memory, with a clock that tests move and ids that repeat. */
final class Lab implements AutoCloseable {
    static final String ACCOUNT = "111122223333";
    static final String LAMBDA_TRUST = trust("{\"Service\":\"lambda.amazonaws.com\"}");

    final Store store;
    final IamService iam;
    Instant now = Instant.parse("2026-01-02T03:04:05.678Z");

    Lab() {
        this(SqliteStore.inMemory(IamService.kinds()));
    }

    Lab(Store store) {
        this.store = store;
        InstantSource clock = () -> now;
        this.iam = new IamService(store, ids(), clock, true);
    }

    /** The operations on roles, for callers of another account. */
    Roles roles() {
        return new Roles(store, ids(), new LastUse(store, Runnable::run));
    }

    static Ids ids() {
        var random = new Random(7);
        return digits -> {
            var hex = new StringBuilder();
            while (hex.length() < digits) {
                hex.append(Character.forDigit(random.nextInt(16), 16));
            }
            return hex.toString();
        };
    }

    static String trust(String principal) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":" + principal
                + ",\"Action\":\"sts:AssumeRole\"}]}";
    }

    static String policy(String statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + statements + "]}";
    }

    static String allow(String action, String resource) {
        return policy("{\"Effect\":\"Allow\",\"Action\":\"" + action + "\",\"Resource\":\"" + resource + "\"}");
    }

    /** What a set of policies says of a call. */
    enum Verdict {
        DENIED,
        ALLOWED,
        SILENT
    }

    static Verdict verdict(PolicySet policies, String action, String resource, Facts facts) {
        PolicySet.About about = policies.about(action);
        if (about.denial(resource, facts) != null) {
            return Verdict.DENIED;
        }
        return about.silent(resource, facts) ? Verdict.SILENT : Verdict.ALLOWED;
    }

    static PolicySet set(PolicyDocument... documents) {
        return new PolicySet(Stream.of(documents)
                .map(document -> new PolicySet.Attached(PolicyType.IDENTITY, "p", "", document)).toList());
    }

    /** A request whose context is all that is known of it. */
    static Facts facts(Map<String, List<String>> context) {
        return facts(new Principal.Root(ACCOUNT), context).supposing();
    }

    static Facts facts(Principal caller, Map<String, List<String>> context) {
        return new Facts(caller, Map.of(), ControlPolicies.NONE, context, () -> Instant.EPOCH, false);
    }

    Call call() {
        return call(new Principal.Root(ACCOUNT));
    }

    Call call(Principal principal) {
        return new Call("request-1", "us-east-1", principal, "127.0.0.1", now);
    }

    /** Runs an operation's handler as the account's root. */
    <O extends AwsResponse> O iam(AwsRequest request, Class<O> answer) {
        return run(iam.iamOperations(), request, call(), answer);
    }

    <O extends AwsResponse> O iam(AwsRequest request, Principal caller, Class<O> answer) {
        return run(iam.iamOperations(), request, call(caller), answer);
    }

    /** Who holds a key that needs no token. */
    Principal holder(String accessKeyId) {
        return ((AccessKeys.Holder) iam.accessKeys().find(accessKeyId, "", now)).principal();
    }

    /** A document as answers carry it. */
    static String decoded(String document) {
        return URLDecoder.decode(document, StandardCharsets.UTF_8);
    }

    <O extends AwsResponse> O sts(AwsRequest request, Principal caller, Class<O> answer) {
        return run(iam.stsOperations(), request, call(caller), answer);
    }

    <O extends AwsResponse> O sts(AwsRequest request, Call call, Class<O> answer) {
        return run(iam.stsOperations(), request, call, answer);
    }

    private static <O extends AwsResponse> O run(Operations table, AwsRequest request, Call call, Class<O> answer) {
        String name = request.getClass().getSimpleName().replaceAll("Request$", "");
        Operation<?, ?> operation = table.byName(name);
        if (operation == null) {
            throw new AssertionError(name + " is not supported");
        }
        return answer.cast(handle(operation, request, call));
    }

    private static <I extends AwsRequest> Object handle(Operation<I, ?> operation, AwsRequest request, Call call) {
        return operation.handler().handle(operation.request().cast(request), call);
    }

    /** Makes a role and gives its ARN. */
    String role(String name, String trust) {
        return iam(CreateRoleRequest.builder().roleName(name).assumeRolePolicyDocument(trust).build(),
                CreateRoleResponse.class).role().arn();
    }

    void inline(String role, String name, String document) {
        iam(PutRolePolicyRequest.builder().roleName(role).policyName(name).policyDocument(document).build(), AwsResponse.class);
    }

    /** A session of a role that exists. */
    Principal.RoleSession session(String roleArn) {
        return session(roleArn, "");
    }

    Principal.RoleSession session(String roleArn, String sourceFunctionArn) {
        var issued = iam.roles().issue(roleArn, "s1", sourceFunctionArn, Duration.ofHours(1));
        var holder = (AccessKeys.Holder) iam.accessKeys().find(issued.accessKeyId(), issued.sessionToken(), now);
        return (Principal.RoleSession) holder.principal();
    }

    static AwsError error(ThrowingCallable code) {
        return catchThrowableOfType(AwsError.class, code);
    }

    /** An error as one line: status, code and text. */
    static String fault(ThrowingCallable code) {
        AwsError error = error(code);
        return error == null ? "none" : error.status() + " " + error.code() + ": " + error.text();
    }

    @Override
    public void close() {
        store.close();
    }
}
