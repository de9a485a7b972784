package dev.remora.benchmark;

import com.cedarpolicy.BasicAuthorizationEngine;
import com.cedarpolicy.model.AuthorizationRequest;
import com.cedarpolicy.model.AuthorizationResponse;
import com.cedarpolicy.model.entity.Entities;
import com.cedarpolicy.model.policy.Policy;
import com.cedarpolicy.value.EntityTypeName;
import com.cedarpolicy.value.EntityUID;
import com.cedarpolicy.value.PrimString;
import com.cedarpolicy.value.Value;
import dev.remora.iam.IamService;
import dev.remora.store.Ids;
import dev.remora.store.SqliteStore;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Dispatcher;
import dev.remora.wire.InProcessClient;
import dev.remora.wire.Principal;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.Role;

/**
 * Decisions of IAM, against Cedar's own Java library with cached policies, which decide the same matrix of calls in the same way.
 * A statement of ours is a policy of Cedar's. And what authorization adds to an Invoke.
 */
final class IamDecisions implements Benchmark {
    private static final String ACCOUNT = "000000000000";
    private static final int ACTIONS = 11;
    private static final int BOXES = 20;

    /** Managed policies that can be attached to a role, and statements in each. */
    private static final int ATTACHED = 10;

    private static final int STATEMENTS = ACTIONS * BOXES / ATTACHED;
    private static final int WARM = 30;
    private static final int SAMPLES = 60;

    /** How often our side decides the whole matrix in one sample; Cedar decides it once. */
    private static final int ROUNDS = 50;

    private static final int INVOKES = 2000;
    private static final double INVOKE_GOAL_MICROS = 5;

    private static final Map<String, List<String>> CONTEXT = Map.of(
            "aws:SourceIp", List.of("127.0.0.1"),
            "aws:RequestedRegion", List.of("us-east-1"),
            "aws:SecureTransport", List.of("false"),
            "aws:UserAgent", List.of("Boto3/1.40.0"));

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        for (int policies : new int[] {1, ACTIONS * BOXES}) {
            rows.accept(decisions(policies, policies == 1 ? ">= 100" : ">= 300"));
        }
        rows.accept(invoke());
    }

    private static String action(int i) {
        return "Open" + i % ACTIONS;
    }

    private static String box(int i) {
        return "b" + i / ACTIONS;
    }

    private static boolean denies(int i) {
        return i % 10 == 9;
    }

    private static Row decisions(int policies, String goal) throws Exception {
        try (var store = SqliteStore.inMemory(IamService.kinds())) {
            var iam = new IamService(store, Ids.random(), InstantSource.system(), true);
            var statements = new ArrayList<String>();
            var cedars = new HashSet<Policy>();
            for (int i = 0; i < policies; i++) {
                statements.add("""
                    {"Effect":"%s","Action":"vault:%s","Resource":"arn:aws:vault:*:%s:box/%s",
                    "Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}"""
                        .formatted(denies(i) ? "Deny" : "Allow", action(i), ACCOUNT, box(i)));
                cedars.add(new Policy("""
                    %s(principal == Role::"worker", action == Action::"%s", resource == Box::"%s")
                    when { context.region == "us-east-1" };"""
                        .formatted(denies(i) ? "forbid" : "permit", action(i), box(i)), "p" + i));
            }
            Principal caller = role(iam, statements);
            var cedar = new com.cedarpolicy.model.policy.PolicySet(cedars);
            cedar.cache();
            Authorizer authorizer = iam.authorizer();
            var engine = new BasicAuthorizationEngine();
            List<Asked> matrix = matrix(caller);
            for (Asked asked : matrix) {
                if (asked.ours(authorizer) != asked.cedars(engine, cedar)) {
                    throw new AssertionError("the two sides differ on " + asked);
                }
            }
            return Sampled.alternate(
                    "IAM decisions/s, " + policies + (policies == 1 ? " policy" : " policies") + " / Cedar for Java, cached",
                    "/s",
                    goal,
                    WARM,
                    SAMPLES,
                    rate(matrix.size() * ROUNDS, () -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            for (Asked asked : matrix) {
                                asked.ours(authorizer);
                            }
                        }
                    }),
                    rate(matrix.size(), () -> {
                        for (Asked asked : matrix) {
                            asked.cedars(engine, cedar);
                        }
                    }));
        }
    }

    private static Sampled rate(int decisions, Sampled.Work work) {
        Sampled micros = Sampled.micros(work);
        return () -> decisions / micros.sample() * 1e6;
    }

    /** One call as both sides take it. */
    private record Asked(Principal caller, String action, List<String> resources, AuthorizationRequest request) {
        boolean ours(Authorizer authorizer) {
            return authorizer.decide(caller, action, resources, CONTEXT).allowed();
        }

        boolean cedars(BasicAuthorizationEngine engine, com.cedarpolicy.model.policy.PolicySet policies) throws Exception {
            AuthorizationResponse answer = engine.isAuthorized(request, policies, new Entities(Set.of()));
            return answer.success.orElseThrow().isAllowed();
        }
    }

    private static List<Asked> matrix(Principal caller) {
        Map<String, Value> context = Map.of("region", new PrimString("us-east-1"));
        var matrix = new ArrayList<Asked>();
        for (int i = 0; i < ACTIONS * BOXES; i++) {
            matrix.add(new Asked(
                    caller,
                    "vault:" + action(i),
                    List.of("arn:aws:vault:us-east-1:" + ACCOUNT + ":box/" + box(i)),
                    new AuthorizationRequest(uid("Role", "worker"), uid("Action", action(i)), uid("Box", box(i)), context)));
        }
        return matrix;
    }

    private static EntityUID uid(String type, String id) {
        return new EntityUID(EntityTypeName.parse(type).orElseThrow(), id);
    }

    /** A session of a role with these statements in managed policies. */
    private static Principal role(IamService iam, List<String> statements) {
        var dispatcher =
                new Dispatcher(List.of(iam.iamOperations()), iam.accessKeys(), iam.authorizer(), InstantSource.system());
        try (IamClient client = IamClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .region(Region.AWS_GLOBAL)
                .endpointOverride(URI.create("http://iam.localhost"))
                .httpClient(new InProcessClient(dispatcher))
                .build()) {
            Role role = client.createRole(r -> r.roleName("worker").assumeRolePolicyDocument(document(List.of("""
                {"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}""")))).role();
            for (int from = 0; from < statements.size(); from += STATEMENTS) {
                String text = document(statements.subList(from, Math.min(statements.size(), from + STATEMENTS)));
                String name = "p" + from;
                String arn = client.createPolicy(r -> r.policyName(name).policyDocument(text)).policy().arn();
                client.attachRolePolicy(r -> r.roleName("worker").policyArn(arn));
            }
            return new Principal.RoleSession(ACCOUNT, role.arn(), "worker", role.roleId(), "s", "");
        }
    }

    private static String document(List<String> statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    /** What a signed Invoke pays for its authorization, against the goal itself. */
    private static Row invoke() throws Exception {
        try (var store = SqliteStore.inMemory(IamService.kinds())) {
            var iam = new IamService(store, Ids.random(), InstantSource.system(), true);
            String function = "arn:aws:lambda:us-east-1:" + ACCOUNT + ":function:";
            Principal caller = role(iam, List.of("""
                {"Effect":"Allow","Action":["lambda:InvokeFunction","lambda:GetFunction"],"Resource":"%s*",
                "Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}""".formatted(function), """
                {"Effect":"Deny","Action":"lambda:*","Resource":"*",
                "Condition":{"NotIpAddress":{"aws:SourceIp":["127.0.0.0/8","10.0.0.0/8"]}}}"""));
            List<String> resources = List.of(function + "echo");
            Authorizer authorizer = iam.authorizer();
            Sampled micros = Sampled.micros(() -> {
                for (int i = 0; i < INVOKES; i++) {
                    if (!authorizer.decide(caller, "lambda:InvokeFunction", resources, CONTEXT).allowed()) {
                        throw new AssertionError("the caller may invoke");
                    }
                }
            });
            return Sampled.alternate("authorization of an Invoke / the goal, 5 us", "us", "<= 1", WARM, SAMPLES,
                    () -> micros.sample() / INVOKES, () -> INVOKE_GOAL_MICROS);
        }
    }
}
