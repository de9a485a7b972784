package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.iam.ControlPolicies.Policy;
import dev.remora.iam.ControlPolicies.Standing;
import dev.remora.iam.ResourcePolicies.Resource;
import dev.remora.store.Scope;
import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random worlds of policies, decided by ours and by an evaluator that others wrote (the npm package
 * {@code @cloud-copilot/iam-simulate}, which runs in a process of its own and is never shipped). Where the two differ, one is
 * wrong or AWS's documentation is silent; {@link #explained} holds what was found to be the latter or the other's fault.
 *
 * <p>{@code -Dopinion.cases=N} asks about more of them, {@code -Dopinion.first=SEED} begins elsewhere.
 */
class SecondOpinionTest {
    private static final int CASES = Integer.getInteger("opinion.cases", 2500);
    private static final long FIRST = Long.getLong("opinion.first", 1L);
    private static final Path MODULES = Path.of(System.getProperty("remora.root"), "app/target/dist/e2e/node_modules");
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern ANY_IF_EXISTS = Pattern.compile("ForAnyValue:\\w+IfExists");
    private static final Pattern NOT_THE_CALLER =
            Pattern.compile("NotPrincipal\":\\{\"AWS\":\\[?\"(?:arn:aws:(?:iam|sts)::)?" + Lab.ACCOUNT);
    private static final int SHOWN = 5;
    private static final int MOST_REFUSED_OF_A_HUNDRED = 5;

    /** The world that is being decided. */
    private @Nullable RandomWorld current;

    @Test
    void agreesWithOurs() throws IOException, InterruptedException {
        assertThat(MODULES.resolve("@cloud-copilot/iam-simulate")).as("installed by ./test").isDirectory();
        List<RandomWorld> worlds = new ArrayList<>();
        for (long seed = FIRST; seed < FIRST + CASES; seed++) {
            worlds.add(RandomWorld.of(seed));
        }
        List<JsonNode> opinions = opinions(worlds);

        var differences = new ArrayList<String>();
        int refused = 0;
        var verdicts = new LinkedHashMap<String, Integer>();
        try (var lab = new Lab()) {
            RandomWorld.SERVICES.forEach(service -> lab.iam.resourcePolicies().register(service, this::resource));
            for (int i = 0; i < worlds.size(); i++) {
                RandomWorld world = worlds.get(i);
                JsonNode opinion = opinions.get(i);
                if (opinion.has("error")) {
                    refused++;
                    continue;
                }
                String theirs = theirs(opinion);
                String ours = ours(lab, world);
                verdicts.merge(theirs, 1, Integer::sum);
                if (!ours.equals(theirs) && !explained(world)) {
                    differences.add("seed " + world.seed() + ": ours " + ours + ", theirs " + opinion + "\n" + json(world));
                }
            }
        }
        assertThat(differences.stream().limit(SHOWN)).as("%d differences", differences.size()).isEmpty();
        assertThat(refused * 100).as("worlds that the other does not take").isLessThan(CASES * MOST_REFUSED_OF_A_HUNDRED);
        assertThat(verdicts).as("kinds of verdicts").containsKeys("allowed", "explicit", "implicit");
    }

    /**
     * What was found in differences:
     *
     * <ul>
     *   <li>A variable without a value. The IAM user guide, "Policy variables with no value": it equals nothing, hence negated
     *       operators (and, we conclude, NotResource) do match. The other one drops the statement.
     *   <li>A NotPrincipal that names the caller's account or the caller. The guide wants both named, so that one of them alone
     *       does not except the caller; for the other one it does, and its authors note that they do not know.
     *   <li>{@code ForAnyValue:…IfExists} on a key that is absent. "If the key is not present, evaluate the condition element
     *       as true" holds for us whatever stands before the operator; for the other one ForAnyValue comes first.
     *   <li>A set operator on a key whose only value is an empty text. ForAllValues "returns true … if the context key value
     *       resolves to a null dataset, such as an empty string", and ForAnyValue false; the other one compares the text.
     *   <li>A resource policy that allows a session itself. What it gives is not limited by the session's own policy ("Policy
     *       evaluation logic", role sessions); the other one limits it in some cases.
     * </ul>
     */
    private static boolean explained(RandomWorld world) {
        String texts = world.toString();
        boolean team = texts.contains("${aws:PrincipalTag/team}") && world.tags().isEmpty();
        boolean name = texts.contains("${aws:username}") && !world.user();
        boolean session = !world.session().isEmpty() && !world.resourcePolicy().isEmpty();
        boolean nothing = world.context().entrySet().stream().anyMatch(key -> key.getValue().equals(List.of(""))
                && Pattern.compile("For(?:AnyValue|AllValues):\\w+\":\\{\"(?i:" + key.getKey() + ")\"").matcher(texts).find());
        return team || name || session || nothing || ANY_IF_EXISTS.matcher(texts).find()
                || NOT_THE_CALLER.matcher(world.resourcePolicy()).find();
    }

    private static String theirs(JsonNode opinion) {
        return switch (opinion.get("verdict").asString()) {
            case "Allowed" -> "allowed";
            case "ExplicitlyDenied" -> "explicit";
            case "ImplicitlyDenied" -> "implicit";
            default -> opinion.toString();
        };
    }

    private Optional<Resource> resource(Principal caller, String action, String arn) {
        return Optional.ofNullable(current)
                .map(world -> new Resource(world.resourceAccount(), world.resourcePolicy()));
    }

    private String ours(Lab lab, RandomWorld world) {
        Principal principal = arrange(lab, world);
        Decision decision = lab.iam.authorizer()
                .decide(principal, world.action(), List.of(world.resource()), world.context());
        return decision.allowed() ? "allowed" : decision.reason().denies() ? "explicit" : "implicit";
    }

    private Principal arrange(Lab lab, RandomWorld world) {
        var inline = new LinkedHashMap<String, String>();
        world.identity().forEach(text -> inline.put("p" + inline.size(), text));
        Scope scope = Scope.global(Lab.ACCOUNT);
        String boundary = world.boundary().isEmpty() ? "" : "arn:aws:iam::" + Lab.ACCOUNT + ":policy/boundary";
        lab.store.write(tx -> {
            if (!boundary.isEmpty()) {
                tx.put(ManagedPolicy.KIND, scope, "boundary", boundary(world.boundary(), lab.now));
            }
            if (world.user()) {
                tx.put(User.KIND, scope, "ada", new User(Lab.ACCOUNT, "ada", "/app/", "AIDAADA", lab.now, boundary, world.tags(),
                        List.of(), List.of(), inline));
            } else {
                tx.put(Role.KIND, scope, "worker", new Role(Lab.ACCOUNT, "worker", "/app/", "AROAWORKER", lab.now,
                        Lab.LAMBDA_TRUST, "", 3600, boundary, world.tags(), List.of(), inline));
            }
            return world;
        });
        List<List<Policy>> levels = world.control().stream()
                .map(level -> level.stream().map(text -> new Policy("arn:aws:organizations::aws:policy/p", text)).toList())
                .toList();
        List<Policy> guard = world.guard().stream()
                .flatMap(List::stream)
                .map(text -> new Policy("arn:aws:organizations::aws:policy/r", text))
                .toList();
        lab.iam.controlPolicies(account -> new Standing("", "", account.equals(Lab.ACCOUNT) ? levels : List.of(),
                account.equals(world.resourceAccount()) ? guard : List.of()));
        current = world;
        var terms = world.session().isEmpty()
                ? SessionTerms.NONE
                : new SessionTerms(lab.now, world.session(), List.of(), Map.of(), Set.of(), "", false);
        return world.user()
                ? new Principal.User(Lab.ACCOUNT, "/app/", "ada", "AIDAADA", SessionTerms.NONE)
                : new Principal.RoleSession(Lab.ACCOUNT, RandomWorld.ROLE, "worker", "AROAWORKER", "s1", "", terms);
    }

    private static ManagedPolicy boundary(String text, Instant now) {
        return new ManagedPolicy(Lab.ACCOUNT, "boundary", "/", "ANPABOUNDARY", now, now, "", Map.of(), 1, 1,
                List.of(new ManagedPolicy.Version(1, text, now)));
    }

    /** The world as the other evaluator wants it: the caller's condition keys are given, since it makes none. */
    private static String json(RandomWorld world) {
        ObjectNode node = JSON.valueToTree(world);
        node.put("principal", world.principal());
        ObjectNode context = (ObjectNode) node.get("context");
        world.context().forEach((key, values) -> {
            if (!RandomWorld.several(key)) {
                context.put(key, values.getFirst());
            }
        });
        world.tags().forEach((key, value) -> context.put("aws:PrincipalTag/" + key, value));
        context.put("aws:PrincipalArn", world.user() ? RandomWorld.USER : RandomWorld.ROLE);
        context.put("aws:PrincipalAccount", Lab.ACCOUNT);
        context.put("aws:PrincipalType", world.user() ? "User" : "AssumedRole");
        context.put("aws:userid", world.user() ? "AIDAADA" : "AROAWORKER:s1");
        if (world.user()) {
            context.put("aws:username", "ada");
        }
        return JSON.writeValueAsString(node);
    }

    private static List<JsonNode> opinions(List<RandomWorld> worlds) throws IOException, InterruptedException {
        Path script = Files.createTempFile("opinion", ".cjs");
        try (var source = SecondOpinionTest.class.getResourceAsStream("opinion/opinion.cjs")) {
            Files.write(script, source.readAllBytes());
            var builder = new ProcessBuilder("node", script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("NODE_PATH", MODULES.toString());
            Process node = builder.start();
            Thread.ofVirtual().start(() -> ask(node, worlds));
            try (var answers = new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
                List<JsonNode> opinions = answers.lines().limit(worlds.size()).map(JSON::readTree).toList();
                assertThat(opinions).hasSameSizeAs(worlds);
                return opinions;
            } finally {
                if (!node.waitFor(60, TimeUnit.SECONDS)) {
                    node.destroyForcibly();
                }
            }
        } finally {
            Files.delete(script);
        }
    }

    private static void ask(Process node, List<RandomWorld> worlds) {
        try (Writer questions = new OutputStreamWriter(node.getOutputStream(), StandardCharsets.UTF_8)) {
            for (RandomWorld world : worlds) {
                questions.write(json(world));
                questions.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
