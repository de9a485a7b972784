package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Policies limit what is done to networks")
class PoliciesLimitWhatIsDoneToNetworksTest {
    private static final String REFUSED = "An error occurred (UnauthorizedOperation)";

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements).replace('\'', '"') + "]}";
    }

    private static String vpc(Account account, String block) {
        return account.aws("ec2", "create-vpc", "--cidr-block", block).get("Vpc").get("VpcId").asString();
    }

    private static String subnet(Account account, String vpc, String block) {
        return account.aws("ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", block)
                .get("Subnet")
                .get("SubnetId")
                .asString();
    }

    private static String group(Account account, String vpc, String name) {
        return account.aws(
                        "ec2", "create-security-group", "--vpc-id", vpc, "--group-name", name, "--description", name)
                .get("GroupId")
                .asString();
    }

    private static String arn(Account account, String region, String resource) {
        return "arn:aws:ec2:" + region + ":" + account.id() + ":" + resource;
    }

    private static String inVpc(Account account, String vpc) {
        return "'Condition':{'ArnEquals':{'ec2:Vpc':'" + arn(account, "us-east-1", "vpc/" + vpc) + "'}}";
    }

    @Test
    @DisplayName("a role that may act in one VPC acts there and nowhere else, and a refusal does not tell what is there")
    void oneVpc(Account account) {
        String own = vpc(account, "10.0.0.0/16");
        String other = vpc(account, "10.1.0.0/16");
        String here = subnet(account, own, "10.0.1.0/24");
        String there = subnet(account, other, "10.1.1.0/24");
        String group = group(account, own, "web");
        Account role = account.inRole(
                "one-vpc",
                policy(
                        "{'Effect':'Allow','Action':'ec2:Describe*','Resource':'*'}",
                        "{'Effect':'Allow','Action':['ec2:DeleteSubnet','ec2:AuthorizeSecurityGroupIngress'],'Resource':'*',"
                                + inVpc(account, own) + "}"));

        role.aws("ec2", "describe-subnets", "--subnet-ids", there);
        role.aws(
                "ec2", "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", "80", "--cidr",
                "0.0.0.0/0");
        assertThat(role.awsFails("ec2", "delete-subnet", "--subnet-id", there))
                .contains(
                        REFUSED,
                        "You are not authorized to perform this operation. User: arn:aws:sts::" + account.id()
                                + ":assumed-role/one-vpc/test is not authorized to perform: ec2:DeleteSubnet on resource: "
                                + arn(account, "us-east-1", "subnet/" + there)
                                + " because no identity-based policy allows the ec2:DeleteSubnet action. Encoded authorization"
                                + " failure message: ");
        assertThat(role.awsFails("ec2", "delete-subnet", "--subnet-id", "subnet-00000000000000000"))
                .contains(REFUSED, "subnet/subnet-00000000000000000");
        assertThat(account.awsFails("ec2", "delete-subnet", "--subnet-id", "subnet-00000000000000000"))
                .contains("InvalidSubnetID.NotFound");
        assertThat(role.awsFails("ec2", "delete-subnet", "--subnet-id", here, "--dry-run")).contains("DryRunOperation");
        assertThat(role.awsFails("ec2", "delete-subnet", "--subnet-id", there, "--dry-run")).contains(REFUSED);
        role.aws("ec2", "delete-subnet", "--subnet-id", here);
        assertThat(role.awsFails("ec2", "delete-vpc", "--vpc-id", own)).contains(REFUSED);
    }

    @Test
    @DisplayName("a list is refused without a resource; other refusals have a message that says what was asked of what")
    void messages(Account account) {
        String vpc = vpc(account, "10.0.0.0/16");
        Account role = account.inRole(
                "nobody", policy("{'Effect':'Allow','Action':'sts:DecodeAuthorizationMessage','Resource':'*'}"));

        assertThat(role.awsFails("ec2", "describe-vpcs"))
                .contains("is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows")
                .doesNotContain("on resource")
                .doesNotContain("Encoded");
        String refusal = role.awsFails("ec2", "delete-vpc", "--vpc-id", vpc);
        String encoded = refusal.substring(refusal.indexOf("failure message: ") + "failure message: ".length()).strip();
        String decoded = role.aws("sts", "decode-authorization-message", "--encoded-message", encoded)
                .get("DecodedMessage")
                .asString();
        JsonNode context = new ObjectMapper().readTree(decoded).get("context");
        assertThat(context.get("action").asString()).isEqualTo("ec2:DeleteVpc");
        assertThat(context.get("resource").asString()).isEqualTo(arn(account, "us-east-1", "vpc/" + vpc));
        assertThat(context.get("conditions").toString()).contains("ec2:VpcID", vpc, "ec2:Tenancy", "ec2:Region");
    }

    @Test
    @DisplayName("access by tags: a team deletes what is tagged as its own, and must tag what it makes")
    void tags(Account account) {
        String vpc = vpc(account, "10.0.0.0/16");
        String red = subnet(account, vpc, "10.0.1.0/24");
        String blue = subnet(account, vpc, "10.0.2.0/24");
        account.aws("ec2", "create-tags", "--resources", red, "--tags", "Key=team,Value=red");
        account.aws("ec2", "create-tags", "--resources", blue, "--tags", "Key=team,Value=blue");
        Account role = account.inRole(
                "red",
                policy(
                        "{'Effect':'Allow','Action':'ec2:DeleteSubnet','Resource':'*',"
                                + "'Condition':{'StringEquals':{'aws:ResourceTag/team':'red'}}}",
                        "{'Effect':'Allow','Action':'ec2:CreateSubnet','Resource':'arn:aws:ec2:*:*:vpc/" + vpc + "'}",
                        "{'Effect':'Allow','Action':'ec2:CreateSubnet','Resource':'arn:aws:ec2:*:*:subnet/*',"
                                + "'Condition':{'StringEquals':{'aws:RequestTag/team':'red'}}}",
                        "{'Effect':'Allow','Action':'ec2:CreateTags','Resource':'arn:aws:ec2:*:*:subnet/*',"
                                + "'Condition':{'StringEquals':{'ec2:CreateAction':'CreateSubnet'},"
                                + "'ForAllValues:StringEquals':{'aws:TagKeys':['team']}}}"));

        assertThat(role.awsFails("ec2", "delete-subnet", "--subnet-id", blue)).contains(REFUSED);
        role.aws("ec2", "delete-subnet", "--subnet-id", red);

        String[] create = {"ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.0.3.0/24"};
        assertThat(role.awsFails(create)).contains(REFUSED, "ec2:CreateSubnet on resource", ":subnet/*");
        assertThat(role.awsFails(with(create, "{Key=team,Value=blue}"))).contains("ec2:CreateSubnet on resource");
        assertThat(role.awsFails(with(create, "{Key=team,Value=red},{Key=cost,Value=1}")))
                .contains("ec2:CreateTags on resource", ":subnet/*");
        String made = role.aws(with(create, "{Key=team,Value=red}")).get("Subnet").get("SubnetId").asString();
        assertThat(role.awsFails("ec2", "create-tags", "--resources", made, "--tags", "Key=team,Value=blue"))
                .as("tags are given at the creation alone")
                .contains("ec2:CreateTags on resource", made);
        role.aws("ec2", "delete-subnet", "--subnet-id", made);
    }

    private static String[] with(String[] command, String tags) {
        var all = Arrays.copyOf(command, command.length + 2);
        all[command.length] = "--tag-specifications";
        all[command.length + 1] = "ResourceType=subnet,Tags=[" + tags + "]";
        return all;
    }

    @Test
    @DisplayName("peering is asked of one VPC of another account, and accepted from one account")
    void peering(Account account, Server server) {
        Account partner = Account.fresh(server);
        String own = vpc(account, "10.0.0.0/16");
        String wanted = vpc(partner, "10.1.0.0/16");
        String unwanted = vpc(partner, "10.2.0.0/16");
        Account asks = account.inRole(
                "asks",
                policy(
                        "{'Effect':'Allow','Action':'ec2:CreateVpcPeeringConnection','Resource':'"
                                + arn(account, "us-east-1", "vpc/*") + "'}",
                        "{'Effect':'Allow','Action':'ec2:CreateVpcPeeringConnection','Resource':'"
                                + arn(account, "us-east-1", "vpc-peering-connection/*")
                                + "','Condition':{'ArnEquals':{'ec2:AccepterVpc':'"
                                + arn(partner, "us-east-1", "vpc/" + wanted) + "'}}}"));
        String[] ask = {
            "ec2", "create-vpc-peering-connection", "--vpc-id", own, "--peer-owner-id", partner.id(), "--peer-vpc-id", unwanted
        };
        assertThat(asks.awsFails(ask)).contains(REFUSED, "vpc-peering-connection/*");
        ask[ask.length - 1] = wanted;
        String connection = asks.aws(ask).get("VpcPeeringConnection").get("VpcPeeringConnectionId").asString();

        String[] accept = {"ec2", "accept-vpc-peering-connection", "--vpc-peering-connection-id", connection};
        assertThat(accepter(partner, "of-nobody", "111122223333").awsFails(accept)).contains(REFUSED, connection);
        accepter(partner, "of-the-partner", account.id()).aws(accept);
    }

    private static Account accepter(Account partner, String name, String requester) {
        return partner.inRole(
                name,
                policy(
                        "{'Effect':'Allow','Action':'ec2:AcceptVpcPeeringConnection','Resource':'"
                                + arn(partner, "us-east-1", "vpc-peering-connection/*")
                                + "','Condition':{'ArnEquals':{'ec2:RequesterVpc':'arn:aws:ec2:us-east-1:" + requester
                                + ":vpc/*'}}}",
                        "{'Effect':'Allow','Action':'ec2:AcceptVpcPeeringConnection','Resource':'"
                                + arn(partner, "us-east-1", "vpc/*") + "'}"));
    }

    @Test
    @DisplayName("instances are launched of one type and into one subnet, named or not")
    void launch(Account account) {
        String vpc = vpc(account, "10.0.0.0/16");
        String subnet = subnet(account, vpc, "10.0.1.0/24");
        Account role = account.inRole(
                "launches",
                policy(
                        "{'Effect':'Allow','Action':'ec2:RunInstances','Resource':['arn:aws:ec2:*::image/*',"
                                + "'arn:aws:ec2:*:*:network-interface/*','arn:aws:ec2:*:*:security-group/*',"
                                + "'arn:aws:ec2:*:*:subnet/" + subnet + "']}",
                        "{'Effect':'Allow','Action':'ec2:RunInstances','Resource':'arn:aws:ec2:*:*:instance/*',"
                                + "'Condition':{'StringLike':{'ec2:InstanceType':'t3.*'}}}"));
        String image = account.aws("ec2", "describe-images").get("Images").get(0).get("ImageId").asString();
        String[] small = {
            "ec2", "run-instances", "--dry-run", "--image-id", image, "--instance-type", "t3.micro", "--subnet-id", subnet
        };
        assertThat(role.awsFails(small)).contains("DryRunOperation");
        String[] large = small.clone();
        large[6] = "m5.large";
        assertThat(role.awsFails(large)).contains(REFUSED, ":instance/*");
        String[] elsewhere = Arrays.copyOf(small, 7);
        assertThat(role.awsFails(elsewhere)).as("into the default subnet").contains(REFUSED, ":subnet/subnet-");
    }
}
