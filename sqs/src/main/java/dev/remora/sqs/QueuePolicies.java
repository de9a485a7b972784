package dev.remora.sqs;

import dev.remora.iam.ResourcePolicies;
import dev.remora.iam.ResourcePolicy;
import dev.remora.iam.StatementPolicy;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Principal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sqs.model.AddPermissionRequest;
import software.amazon.awssdk.services.sqs.model.AddPermissionResponse;
import software.amazon.awssdk.services.sqs.model.RemovePermissionRequest;
import software.amazon.awssdk.services.sqs.model.RemovePermissionResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Policies of queues: given whole as an attribute, or made statement by statement by AddPermission. ("Using custom policies with
 * the Amazon SQS Access Policy Language".)
 */
final class QueuePolicies implements ResourcePolicies.Finder {
    /** Statements of a policy, and actions of one that AddPermission makes ("Amazon SQS policy quotas"). */
    static final int STATEMENTS_MAX = 20;

    static final int ACTIONS_MAX = 7;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_-]{1,80}");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Set<String> GRANTED = Set.of("*", "SendMessage", "ReceiveMessage", "DeleteMessage",
            "ChangeMessageVisibility", "GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue");
    private static final Set<String> OWNERS = Set.of("AddPermission", "CancelMessageMoveTask", "CreateQueue", "DeleteQueue",
            "ListMessageMoveTasks", "ListQueues", "ListQueueTags", "RemovePermission", "SetQueueAttributes",
            "StartMessageMoveTask", "TagQueue", "UntagQueue");
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Store store;
    private final Queues queues;

    QueuePolicies(Store store, Queues queues) {
        this.store = store;
        this.queues = queues;
    }

    /** Some operations are the owner's alone, whatever a policy says ("Amazon SQS API permissions"). */
    @Override
    public Optional<ResourcePolicies.Resource> find(Principal caller, String action, String arn) {
        return QueueName.ofArn(arn).flatMap(at -> store.view()
                .get(QueueDocument.KIND, at.scope(), at.name())
                .map(queue -> {
                    String owner = at.scope().account();
                    boolean owners = !caller.account().equals(owner) && OWNERS.contains(action.substring("sqs:".length()));
                    return new ResourcePolicies.Resource(owner, owners ? "" : queue.settings().policy());
                }));
    }

    /** The text if it is a policy of this queue, or none. */
    static String checked(QueueName queue, String text) {
        if (text.isEmpty()) {
            return text;
        }
        try {
            ResourcePolicy.check(text, arn -> ofQueue(queue.arn(), arn));
        } catch (AwsError fault) {
            throw Refusal.invalidAttribute("Policy");
        }
        JsonNode statements = JSON.readTree(text).path("Statement");
        if (statements.isArray()) {
            limit(statements.size(), STATEMENTS_MAX, "Statements");
        }
        return text;
    }

    private static boolean ofQueue(String own, String pattern) {
        int star = pattern.indexOf('*');
        return star < 0 ? pattern.equals(own) : own.startsWith(pattern.substring(0, star));
    }

    private static void limit(int found, int max, String what) {
        if (found > max) {
            throw Refusal.overLimit(found + " " + what + " were found, maximum allowed is " + max + ".");
        }
    }

    AddPermissionResponse add(AddPermissionRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        String label = label(request.label());
        Set<String> actions = actions(request.actions());
        Set<String> accounts = accounts(request.awsAccountIds());
        change(box, call, policy -> {
            if (policy.find(label).isPresent()) {
                throw Refusal.invalid(label, "Label", "Already exists.");
            }
            limit(policy.size() + 1, STATEMENTS_MAX, "Statements");
            ObjectNode statement = JSON.createObjectNode().put("Sid", label).put("Effect", "Allow");
            oneOrMany(statement.putObject("Principal"), "AWS", accounts, "arn:aws:iam::", ":root");
            oneOrMany(statement, "Action", actions, "SQS:", "");
            statement.put("Resource", box.at().arn());
            policy.add(statement);
        });
        return AddPermissionResponse.builder().build();
    }

    RemovePermissionResponse remove(RemovePermissionRequest request, Call call) {
        Box box = queues.box(request.queueUrl(), call);
        String label = label(request.label());
        change(box, call, policy -> {
            if (!policy.remove(label)) {
                throw Refusal.invalid(label, "Label", "can't find label on existing policy.");
            }
        });
        return RemovePermissionResponse.builder().build();
    }

    private void change(Box box, Call call, Consumer<StatementPolicy> edit) {
        store.write(tx -> {
            QueueDocument queue = Queues.existing(tx, box);
            StatementPolicy policy =
                    StatementPolicy.of(queue.settings().policy(), "2008-10-17", box.at().arn() + "/SQSDefaultPolicy");
            edit.accept(policy);
            tx.put(QueueDocument.KIND, box.at().scope(), queue.name(),
                    queue.with(queue.settings().withPolicy(policy.text()), call.time()));
            return true;
        });
    }

    private static void oneOrMany(ObjectNode to, String name, Set<String> values, String before, String after) {
        List<String> whole = values.stream().map(v -> before + v + after).toList();
        if (whole.size() == 1) {
            to.put(name, whole.getFirst());
            return;
        }
        ArrayNode list = to.putArray(name);
        whole.forEach(list::add);
    }

    private static String label(@Nullable String label) {
        if (label == null || !LABEL.matcher(label).matches()) {
            throw Refusal.invalid(label == null ? "" : label, "Label",
                    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.");
        }
        return label;
    }

    private static Set<String> actions(@Nullable List<String> given) {
        var actions = new LinkedHashSet<>(given == null ? new ArrayList<String>() : given);
        if (actions.isEmpty()) {
            throw Refusal.missing("Actions");
        }
        limit(actions.size(), ACTIONS_MAX, "Actions");
        for (String action : actions) {
            if (!GRANTED.contains(action)) {
                throw Refusal.invalid("SQS:" + action, "ActionName", OWNERS.contains(action)
                        ? "Only the queue owner is allowed to invoke this action."
                        : "Please refer to the appropriate WSDL for a list of valid actions.");
            }
        }
        return actions;
    }

    private static Set<String> accounts(@Nullable List<String> given) {
        var accounts = new LinkedHashSet<>(given == null ? new ArrayList<String>() : given);
        if (accounts.isEmpty() || !accounts.stream().allMatch(a -> ACCOUNT.matcher(a).matches())) {
            throw Refusal.invalid(accounts, "PrincipalId", "Unable to verify.");
        }
        return accounts;
    }
}
