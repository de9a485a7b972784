package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A resource control policy keeps strangers out, whatever the policies of resources give them")
class OrganizationKeepsStrangersOutTest {
    private static final String OURS_ONLY = """
            {"Version":"2012-10-17","Statement":[{"Sid":"Ours","Effect":"Deny","Principal":"*",\
            "Action":["s3:*","sqs:*","sts:AssumeRole"],"Resource":"*","Condition":{\
            "StringNotEqualsIfExists":{"aws:PrincipalOrgID":"%s"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}""";
    private static final String DENIED = "with an explicit deny in a resource control policy";

    /** An organization whose policy holds for everything below its root. */
    private static void keep(Account master, Account... members) {
        String organization = master.aws("organizations", "create-organization").at("/Organization/Id").asString();
        for (Account member : members) {
            String handshake = master.aws("organizations", "invite-account-to-organization", "--target",
                            "Id=" + member.id() + ",Type=ACCOUNT")
                    .at("/Handshake/Id").asString();
            member.aws("organizations", "accept-handshake", "--handshake-id", handshake);
        }
        String root = master.aws("organizations", "list-roots").at("/Roots/0/Id").asString();
        assertThat(master.aws("organizations", "enable-policy-type", "--root-id", root, "--policy-type",
                        "RESOURCE_CONTROL_POLICY")
                .at("/Root/PolicyTypes/0/Type").asString()).isEqualTo("RESOURCE_CONTROL_POLICY");
        var policy = master.aws("organizations", "create-policy", "--name", "ours", "--description", "", "--type",
                "RESOURCE_CONTROL_POLICY", "--content", OURS_ONLY.formatted(organization)).at("/Policy/PolicySummary");
        assertThat(policy.get("Arn").asString()).contains("/resource_control_policy/p-");
        master.aws("organizations", "attach-policy", "--policy-id", policy.get("Id").asString(), "--target-id", root);
        assertThat(master.awsFails("organizations", "detach-policy", "--policy-id", "p-RCPFullAWSAccess", "--target-id", root))
                .contains("InvalidInputException");
    }

    private static String bucket(Account owner) {
        String bucket = "kept-" + owner.id();
        owner.aws("s3api", "create-bucket", "--bucket", bucket);
        owner.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*",\
                "Resource":["arn:aws:s3:::%1$s","arn:aws:s3:::%1$s/*"]}]}""".formatted(bucket));
        return bucket;
    }

    @Test
    @DisplayName("only the organization's identities read its buckets, but for those of the managing account")
    void buckets(Account master, Server server) {
        var member = Account.fresh(server);
        var colleague = Account.fresh(server);
        var stranger = Account.fresh(server);
        String bucket = bucket(member);
        stranger.aws("s3api", "list-objects-v2", "--bucket", bucket);
        keep(master, member, colleague);

        assertThat(stranger.awsFails("s3api", "list-objects-v2", "--bucket", bucket)).contains("AccessDenied",
                "User: arn:aws:iam::" + stranger.id() + ":root is not authorized to perform: s3:ListBucket on resource: ",
                bucket, DENIED);
        colleague.aws("s3api", "list-objects-v2", "--bucket", bucket);
        member.aws("s3api", "list-objects-v2", "--bucket", bucket);
        stranger.aws("s3api", "list-objects-v2", "--bucket", bucket(master));
        member.aws("s3api", "list-objects-v2", "--bucket", bucket(stranger));
        member.aws("organizations", "leave-organization");
        stranger.aws("s3api", "list-objects-v2", "--bucket", bucket);
    }

    @Test
    @DisplayName("and neither sends to its queues nor assumes its roles")
    void queuesAndRoles(Account master, Server server) {
        var member = Account.fresh(server);
        var stranger = Account.fresh(server);
        String url = member.aws("sqs", "create-queue", "--queue-name", "kept").get("QueueUrl").asString();
        member.aws("sqs", "add-permission", "--queue-url", url, "--label", "other", "--aws-account-ids", stranger.id(),
                "--actions", "SendMessage");
        String role = member.aws("iam", "create-role", "--role-name", "kept", "--assume-role-policy-document", """
                {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}"""
                .formatted(stranger.id())).at("/Role/Arn").asString();
        var eve = stranger.inRole("eve", "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\","
                + "\"Resource\":\"*\"}}");
        eve.aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "eve");
        keep(master, member);

        assertThat(eve.awsFails("sqs", "send-message", "--queue-url", url, "--message-body", "x"))
                .contains("AccessDenied", DENIED);
        assertThat(eve.awsFails("sts", "assume-role", "--role-arn", role, "--role-session-name", "eve"))
                .contains("AccessDenied", "sts:AssumeRole", DENIED);
    }
}
