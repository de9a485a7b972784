package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.Transaction;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.DeletionTaskStatusType;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusRequest;
import software.amazon.awssdk.services.iam.model.GetServiceLinkedRoleDeletionStatusResponse;

/**
 * Roles that are linked to a service: made from the service's own template, and the service's alone to change. Nothing here needs
 * one, so that deleting one always succeeds, and at once.
 */
final class ServiceLinkedRoles {
    private static final String PATH = "/aws-service-role/";
    private static final String ARN_OF_IAM = "arn:aws:iam::";
    private static final int AFTER_ACCOUNT = ARN_OF_IAM.length() + 12;

    /** Deletions of an account whose outcome can still be asked for. */
    private static final int MAX_DELETIONS = 100;

    /**
     * A deletion that was done, as it is stored.
     *
     * @param id what the client asks about: {@code task/aws-service-role/} service, role and a UUID
     */
    record Deletion(String account, String id, Instant time) {
        /** Found by id. */
        static final Kind<Deletion> KIND = Kind.of("iam.role-deletion", Deletion.class);
    }

    /** The role of a service, and AWS's policy for it. */
    private record Template(String role, String policy) {}

    /** Of the services that there are, and of what they do in AWS by roles of their own. */
    private static final Map<String, Template> TEMPLATES = Map.ofEntries(
            Map.entry("lambda.amazonaws.com", new Template("AWSServiceRoleForLambda", "AWSLambdaServiceRolePolicy")),
            Map.entry("replicator.lambda.amazonaws.com",
                    new Template("AWSServiceRoleForLambdaReplicator", "AWSLambdaReplicator")),
            Map.entry("rds.amazonaws.com", new Template("AWSServiceRoleForRDS", "AmazonRDSServiceRolePolicy")),
            Map.entry("elasticache.amazonaws.com",
                    new Template("AWSServiceRoleForElastiCache", "ElastiCacheServiceRolePolicy")),
            Map.entry("organizations.amazonaws.com",
                    new Template("AWSServiceRoleForOrganizations", "AWSOrganizationsServiceTrustPolicy")),
            Map.entry("ssm.amazonaws.com", new Template("AWSServiceRoleForAmazonSSM", "AmazonSSMServiceRolePolicy")),
            Map.entry("cloudtrail.amazonaws.com", new Template("AWSServiceRoleForCloudTrail", "CloudTrailServiceRolePolicy")),
            Map.entry("delivery.logs.amazonaws.com",
                    new Template("AWSServiceRoleForLogDelivery", "AWSServiceRoleForLogDeliveryPolicy")),
            Map.entry("storage-lens.s3.amazonaws.com",
                    new Template("AWSServiceRoleForS3StorageLens", "S3StorageLensServiceRolePolicy")),
            Map.entry("spot.amazonaws.com", new Template("AWSServiceRoleForEC2Spot", "AWSEC2SpotServiceRolePolicy")),
            Map.entry("spotfleet.amazonaws.com",
                    new Template("AWSServiceRoleForEC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy")),
            Map.entry("ec2fleet.amazonaws.com", new Template("AWSServiceRoleForEC2Fleet", "AWSEC2FleetServiceRolePolicy")),
            Map.entry("ec2-instance-connect.amazonaws.com",
                    new Template("AWSServiceRoleForEC2InstanceConnect", "Ec2InstanceConnectEndpoint")),
            Map.entry("ipam.amazonaws.com", new Template("AWSServiceRoleForIPAM", "AWSIPAMServiceRolePolicy")),
            Map.entry("transitgateway.amazonaws.com",
                    new Template("AWSServiceRoleForVPCTransitGateway", "AWSVPCTransitGatewayServiceRolePolicy")),
            Map.entry("stacksets.cloudformation.amazonaws.com", new Template("AWSServiceRoleForCloudFormationStackSetsOrgAdmin",
                    "CloudFormationStackSetsOrgAdminServiceRolePolicy")),
            Map.entry("member.org.stacksets.cloudformation.amazonaws.com",
                    new Template("AWSServiceRoleForCloudFormationStackSetsOrgMember",
                            "CloudFormationStackSetsOrgMemberServiceRolePolicy")));

    private final Store store;
    private final Ids ids;
    private final LastUse lastUse;

    ServiceLinkedRoles(Store store, Ids ids, LastUse lastUse) {
        this.store = store;
        this.ids = ids;
        this.lastUse = lastUse;
    }

    /** The policies that the roles get; all are among AWS's. */
    static List<String> policies() {
        return TEMPLATES.values().stream().map(ServiceLinkedRoles::policyArn).sorted().toList();
    }

    private static String policyArn(Template template) {
        return "arn:aws:iam::aws:policy" + PATH + template.policy();
    }

    CreateServiceLinkedRoleResponse create(CreateServiceLinkedRoleRequest request, Call call) {
        String service = request.awsServiceName();
        Template template = Optional.ofNullable(TEMPLATES.get(service)).orElseThrow(() -> new AwsError("InvalidInput", 400,
                "Service " + service + " does not have a service-linked role."));
        if (request.customSuffix() != null) {
            throw new AwsError("InvalidInput", 400, "Custom suffix is not allowed for " + service);
        }
        Role created = store.write(tx -> {
            if (IdentityKind.ROLE.find(tx, call.account(), template.role()).isPresent()) {
                throw new AwsError("InvalidInput", 400, "Service role name " + template.role()
                        + " has been taken in this account, please try a different suffix.");
            }
            String trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":[\"sts:AssumeRole\"],\"Principal\":"
                    + "{\"Service\":[\"" + service + "\"]},\"Effect\":\"Allow\"}]}";
            var role = new Role(call.account(), template.role(), PATH + service + "/", UniqueId.random("AROA", ids),
                    call.time().truncatedTo(ChronoUnit.SECONDS), trust,
                    request.description() == null ? "" : request.description(), Roles.DEFAULT_SESSION_SECONDS, "", Map.of(),
                    List.of(policyArn(template)), Map.of());
            IdentityKind.ROLE.put(tx, role);
            return role;
        });
        return CreateServiceLinkedRoleResponse.builder().role(Roles.brief(created).build()).build();
    }

    DeleteServiceLinkedRoleResponse delete(DeleteServiceLinkedRoleRequest request, Call call) {
        Deletion deletion = store.write(tx -> {
            Role role = IdentityKind.ROLE.find(tx, call.account(), request.roleName()).filter(ServiceLinkedRoles::linked)
                    .orElseThrow(() -> new AwsError("NoSuchEntity", 404,
                            "The role with name " + request.roleName() + " cannot be found."));
            Roles.remove(tx, role, lastUse);
            String id = "task" + role.path() + role.name() + "/" + ids.uuid();
            var done = new Deletion(call.account(), id, call.time());
            tx.put(Deletion.KIND, Scope.global(call.account()), id, done);
            forgetOldest(tx, call.account());
            return done;
        });
        return DeleteServiceLinkedRoleResponse.builder().deletionTaskId(deletion.id()).build();
    }

    private static void forgetOldest(Transaction tx, String account) {
        List<Deletion> all = tx.all(Deletion.KIND, Scope.global(account));
        all.stream()
                .sorted(Comparator.comparing(Deletion::time))
                .limit(Math.max(0, all.size() - MAX_DELETIONS))
                .forEach(oldest -> tx.delete(Deletion.KIND, Scope.global(account), oldest.id()));
    }

    GetServiceLinkedRoleDeletionStatusResponse deletionStatus(GetServiceLinkedRoleDeletionStatusRequest request, Call call) {
        if (store.view().get(Deletion.KIND, Scope.global(call.account()), request.deletionTaskId()).isEmpty()) {
            throw new AwsError("NoSuchEntity", 404, "Deletion task " + request.deletionTaskId() + " cannot be found.");
        }
        return GetServiceLinkedRoleDeletionStatusResponse.builder().status(DeletionTaskStatusType.SUCCEEDED).build();
    }

    /** The ARN of the role that a service would get. */
    static String arn(String service, Call call) {
        String name = Optional.ofNullable(TEMPLATES.get(service)).map(Template::role).orElse("*");
        return "arn:aws:iam::" + call.account() + ":role" + PATH + service + "/" + name;
    }

    /** The ARN of the role whose deletion a task was: the task's id tells it. */
    static String arnOfTask(@Nullable String taskId, Call call) {
        String id = taskId == null ? "" : taskId;
        int start = "task".length();
        int end = id.lastIndexOf('/');
        return "arn:aws:iam::" + call.account() + ":role" + (id.startsWith("task" + PATH) && end > start
                ? id.substring(start, end) : "/*");
    }

    static boolean linked(Role role) {
        return role.path().startsWith(PATH);
    }

    /** Whether an ARN is one of such a role. Only where the path begins is it reserved; what comes later anybody may choose. */
    static boolean linked(String arn) {
        return arn.startsWith(":role" + PATH, AFTER_ACCOUNT) && arn.startsWith(ARN_OF_IAM);
    }

    /** Only services make roles under this path. */
    static void checkFree(String path) {
        if (path.startsWith(PATH)) {
            throw new AwsError("InvalidInput", 400, "Path prefix '" + PATH + "' can only be used for AWS Service linked Roles");
        }
    }

    /** @throws AwsError UnmodifiableEntity for a role that is a service's */
    static void protect(Role role) {
        if (linked(role)) {
            throw new AwsError("UnmodifiableEntity", 400, "Cannot perform the operation on the protected role '" + role.name()
                    + "' - this role is only modifiable by AWS");
        }
    }

    /** The description of such a role may be changed, the length of its sessions not. */
    static void protectDuration(Role role) {
        if (linked(role)) {
            throw new AwsError("UnmodifiableEntity", 400,
                    role.name() + " is an AWS service linked role, max session duration cannot be changed.");
        }
    }
}
