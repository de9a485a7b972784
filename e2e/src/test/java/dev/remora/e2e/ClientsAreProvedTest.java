package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Who signs is proved, and unmodified clients are served")
class ClientsAreProvedTest {
    @Test
    @DisplayName("a bad secret, an unknown key and a skewed clock get AWS's errors")
    void signatures(Account account) {
        String answer = account.boto3(
                """
            import datetime
            wrong = dict(aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'], aws_secret_access_key='wrong')
            unknown = dict(aws_access_key_id='AKIAIOSFODNN7EXAMPLE', aws_secret_access_key='x')
            for name, call in (('sts', 'get_caller_identity'), ('ec2', 'describe_vpcs'), ('lambda', 'list_functions'), ('logs', 'describe_log_groups'), ('rds', 'describe_db_instances')):
                for keys in (wrong, unknown): print(name, refused(getattr(client(name, **keys), call)))
            import botocore.auth
            class Skewed(datetime.datetime):
                @classmethod
                def utcnow(cls): return datetime.datetime.utcnow() - datetime.timedelta(minutes=20)
                @classmethod
                def now(cls, tz=None): return datetime.datetime.now(tz) - datetime.timedelta(minutes=20)
            botocore.auth.datetime = type('m', (), {'datetime': Skewed, 'timezone': datetime.timezone, 'timedelta': datetime.timedelta})
            if hasattr(botocore.auth, 'get_current_datetime'):
                botocore.auth.get_current_datetime = lambda remove_tzinfo=True: datetime.datetime.utcnow() - datetime.timedelta(minutes=20)
            print('skewed', refused(client('sts').get_caller_identity))
            """);
        assertThat(answer.lines())
                .satisfiesExactly(
                        l -> assertThat(l)
                                .startsWith(
                                        "sts 403 SignatureDoesNotMatch: The request signature we calculated does not"
                                                + " match"),
                        l -> assertThat(l)
                                .startsWith(
                                        "sts 403 InvalidClientTokenId: The security token included in the request is"
                                                + " invalid."),
                        l -> assertThat(l).startsWith("ec2 401 AuthFailure: "),
                        l -> assertThat(l).startsWith("ec2 401 AuthFailure: "),
                        l -> assertThat(l).startsWith("lambda 403 InvalidSignatureException: "),
                        l -> assertThat(l).startsWith("lambda 403 UnrecognizedClientException: "),
                        l -> assertThat(l).contains("InvalidSignatureException"),
                        l -> assertThat(l).contains("UnrecognizedClientException"),
                        l -> assertThat(l).startsWith("rds 403 SignatureDoesNotMatch"),
                        l -> assertThat(l).startsWith("rds 403 InvalidClientTokenId"),
                        l -> assertThat(l).startsWith("skewed 403 SignatureDoesNotMatch: Signature expired"));
    }

    @Test
    @DisplayName("an unknown operation and an unsupported parameter are named")
    void unknown(Account account) {
        assertThat(account.awsFails("ec2", "describe-spot-price-history")).contains("DescribeSpotPriceHistory");
        assertThat(account.awsFails("lambda", "list-code-signing-configs")).contains("ListCodeSigningConfigs");
        assertThat(account.awsFails("sns", "list-topics")).contains("ListTopics");
        assertThat(account.awsFails(
                        "ec2",
                        "create-vpc",
                        "--cidr-block",
                        "10.0.0.0/16",
                        "--ipv4-ipam-pool-id",
                        "ipam-pool-1",
                        "--ipv4-netmask-length",
                        "16"))
                .containsIgnoringCase("Ipv4IpamPoolId");
    }

    @Test
    @DisplayName("a presigned request is served, and not after it expired or was changed")
    void presigned(Account account) {
        String answer = account.boto3(
                """
            import urllib.request, urllib.error
            def get(url):
                try: return urllib.request.urlopen(url).status
                except urllib.error.HTTPError as e: return e.code
            url = client('sts').generate_presigned_url('get_caller_identity', ExpiresIn=60, HttpMethod='GET')
            print(get(url), get(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61')))
            """);
        assertThat(answer).isEqualTo("200 403");
    }

    @Test
    @DisplayName("accounts and regions are kept apart")
    void apart(Account account) {
        Network.create(account);
        assertThat(
                        account.boto3(
                                """
            print([len(client('ec2', r).describe_vpcs(Filters=[{'Name': 'is-default', 'Values': ['false']}])['Vpcs']) for r in ('us-east-1', 'eu-west-1')])
            """))
                .isEqualTo("[1, 0]");
        assertThat(Account.fresh(account.server())
                        .aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=false")
                        .get("Vpcs"))
                .isEmpty();
        assertThat(account.aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true")
                        .get("Vpcs"))
                .hasSize(1);
    }

    @Test
    @DisplayName("the AWS CLI version 2 of the distribution works, too")
    void cliVersion2(Account account) {
        assertThat(account.awsVersion2("ec2", "create-vpc", "--cidr-block", "10.9.0.0/16")
                        .mustSucceed()
                        .out())
                .contains("\"CidrBlock\": \"10.9.0.0/16\"");
    }
}
