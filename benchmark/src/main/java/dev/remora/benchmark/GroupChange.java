package dev.remora.benchmark;

import dev.remora.e2e.Account;
import dev.remora.e2e.Functions;
import dev.remora.e2e.Network;
import dev.remora.e2e.Server;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.http.SdkHttpMethod;

/**
 * Authorizing and revoking a rule of a group that is in use. The answer leaves when the kernel judges by the new rules, so the
 * next packet is judged by them; the time of the answer is the time of the change.
 */
final class GroupChange implements Benchmark {
    private static final int SAMPLES = 300;

    @Override
    public void run(Consumer<Row> rows) throws Exception {
        try (var server = Server.start("--ephemeral");
                var disk = new CreateUntilActive.Disk()) {
            var account = Account.fresh(server);
            var functions = Functions.of(account);
            var network = Network.create(account);
            functions.python(
                    "f",
                    functions.role("r", Functions.VPC_ACCESS),
                    "def handler(event, context): return event",
                    f -> f.vpcConfig(Functions.in(network)));
            byte[] authorize = request(server, account, network, "AuthorizeSecurityGroupEgress");
            byte[] revoke = request(server, account, network, "RevokeSecurityGroupEgress");
            try (var line = new HttpLine(Integer.parseInt(server.endpoint().replaceAll(".*:", "")))) {
                boolean[] there = {false};
                rows.accept(Sampled.alternate(
                        "group change, request until in force for the next packet / fdatasync",
                        "us",
                        "",
                        50,
                        SAMPLES,
                        Sampled.micros(() -> {
                            line.exchange(there[0] ? revoke : authorize);
                            there[0] ^= true;
                        }),
                        Sampled.micros(disk::sync)));
            }
        }
    }

    private static byte[] request(Server server, Account account, Network network, String action) {
        return HttpLine.signed(
                server.endpoint(),
                account.id(),
                "ec2",
                SdkHttpMethod.POST,
                "/",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                "Action=" + action + "&Version=2016-11-15&GroupId=" + network.app()
                        + "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=9000&IpPermissions.1.ToPort=9000"
                        + "&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F16");
    }
}
