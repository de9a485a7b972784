package dev.remora.ec2;

import static dev.remora.ec2.Resource.SECURITY_GROUP;
import static dev.remora.ec2.Resource.SUBNET;
import static dev.remora.ec2.Resource.VPC;

import dev.remora.ec2.InstanceRoles.Profile;
import dev.remora.net.Ipv4;
import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.NetworkInterface;
import dev.remora.vpc.SecurityGroup;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What an instance's metadata says now, by paths: {@code meta-data/instance-id}. A path that others begin with is a list. */
final class MetadataTree {
    private final View view;
    private final Scope scope;
    private final Region region;
    private final Instance instance;
    private final RoleCredentials credentials;
    private final Map<String, Supplier<String>> leaves = new TreeMap<>();

    MetadataTree(View view, Scope scope, Instance instance, RoleCredentials credentials) {
        this.view = view;
        this.scope = scope;
        this.region = new Region(scope.region());
        this.instance = instance;
        this.credentials = credentials;
        var shown = new InstanceView(view, scope);
        itself(shown);
        shown.interfaces(instance).forEach(this::networkInterface);
        credentials.profile(instance).ifPresent(this::role);
        leaves.put("dynamic/instance-identity/document", () -> document(shown));
    }

    Optional<String> at(String path) {
        String clean = path.replaceAll("/+$", "");
        Supplier<String> leaf = leaves.get(clean);
        if (leaf != null) {
            return Optional.of(leaf.get());
        }
        String folder = clean.isEmpty() ? "" : clean + "/";
        var names = new TreeSet<String>();
        for (String name : leaves.keySet()) {
            if (name.startsWith(folder)) {
                int end = name.indexOf('/', folder.length());
                names.add(name.substring(folder.length(), end < 0 ? name.length() : end + 1));
            }
        }
        return names.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", names));
    }

    private void put(String path, String value) {
        if (!value.isEmpty()) {
            leaves.put("meta-data/" + path, () -> value);
        }
    }

    private void put(String path, Collection<?> values) {
        put(path, values.stream().map(Object::toString).collect(Collectors.joining("\n")));
    }

    private void itself(InstanceView shown) {
        put("ami-id", instance.imageId());
        put("ami-launch-index", Integer.toString(instance.launchIndex()));
        put("ami-manifest-path", "(unknown)");
        put("instance-action", "none");
        put("instance-id", instance.id());
        put("instance-life-cycle", "on-demand");
        put("instance-type", instance.type());
        put("placement/availability-zone", instance.zone());
        put("placement/availability-zone-id", region.zoneId(instance.zone()));
        put("placement/region", region.name());
        put("profile", "default-hvm");
        put("reservation-id", instance.reservationId());
        put("services/domain", "amazonaws.com");
        put("services/partition", "aws");
        shown.primary(instance).ifPresent(n -> {
            String name = InterfaceView.privateName(region, n.address());
            put("hostname", name);
            put("local-hostname", name);
            put("local-ipv4", n.address().toString());
            put("mac", InterfaceView.mac(n));
            put("security-groups", groups(n).stream().map(SecurityGroup::name).toList());
            n.ipv6().stream().findFirst().ifPresent(address -> put("ipv6", address.toString()));
            InstanceKeeper.publicAddress(view, scope, n).ifPresent(address -> {
                put("public-ipv4", address.toString());
                put("public-hostname", shown.publicName(n.vpcId(), address));
            });
        });
    }

    private List<SecurityGroup> groups(NetworkInterface n) {
        return n.groups().stream().flatMap(id -> view.get(SECURITY_GROUP.kind(), scope, id).stream()).toList();
    }

    private void networkInterface(NetworkInterface n) {
        String at = "network/interfaces/macs/" + InterfaceView.mac(n) + "/";
        put(at + "device-number", "" + n.attachment().map(NetworkInterface.Attachment::deviceIndex).orElse(0));
        put(at + "interface-id", n.id());
        put(at + "local-hostname", InterfaceView.privateName(region, n.address()));
        put(at + "local-ipv4s", InterfaceView.privateAddresses(n).toList());
        put(at + "ipv6s", n.ipv6());
        put(at + "mac", InterfaceView.mac(n));
        put(at + "owner-id", scope.account());
        put(at + "security-group-ids", n.groups());
        put(at + "security-groups", groups(n).stream().map(SecurityGroup::name).toList());
        put(at + "subnet-id", n.subnetId());
        put(at + "vpc-id", n.vpcId());
        view.get(SUBNET.kind(), scope, n.subnetId()).ifPresent(subnet -> {
            put(at + "subnet-ipv4-cidr-block", subnet.block().stream().toList());
            put(at + "subnet-ipv6-cidr-blocks", subnet.block6().stream().map(b -> b.block()).toList());
        });
        view.get(VPC.kind(), scope, n.vpcId()).ifPresent(vpc -> {
            put(at + "vpc-ipv4-cidr-block", vpc.blocks().getFirst().block().toString());
            put(at + "vpc-ipv4-cidr-blocks", vpc.blocks().stream().map(b -> b.block()).toList());
            put(at + "vpc-ipv6-cidr-blocks", vpc.blocks6().stream().map(b -> b.block()).toList());
        });
        List<Ipv4> of = InterfaceView.privateAddresses(n).toList();
        for (Ipv4 address : of) {
            ElasticIps.at(view, scope, n.id(), address)
                    .map(ip -> ip.address())
                    .or(() -> address.equals(n.address()) ? n.publicAddress() : Optional.empty())
                    .ifPresent(given -> put(at + "ipv4-associations/" + given, address.toString()));
        }
        InstanceKeeper.publicAddress(view, scope, n).ifPresent(given -> put(at + "public-ipv4s", given.toString()));
    }

    private void role(Profile profile) {
        leaves.put("meta-data/iam/info", () -> info(profile));
        if (!profile.roleArn().isEmpty()) {
            String name = profile.roleArn().substring(profile.roleArn().lastIndexOf('/') + 1);
            leaves.put("meta-data/iam/security-credentials/" + name, () -> credentials(profile, name));
        }
    }

    private String info(Profile profile) {
        Optional<RoleCredentials.Issued> issued =
                Optional.of(profile).filter(p -> !p.roleArn().isEmpty()).map(credentials::of);
        return """
                {
                  "Code" : "%s",
                  "LastUpdated" : "%s",
                  "InstanceProfileArn" : "%s",
                  "InstanceProfileId" : "%s"
                }"""
                .formatted(
                        issued.filter(i -> i.credentials().isPresent()).isPresent() ? "Success" : "AssumeRoleUnauthorizedAccess",
                        issued.map(i -> i.at()).orElse(instance.launched()),
                        profile.arn(), profile.id());
    }

    private String credentials(Profile profile, String role) {
        RoleCredentials.Issued issued = credentials.of(profile);
        return issued.credentials()
                .map(c -> """
                        {
                          "Code" : "Success",
                          "LastUpdated" : "%s",
                          "Type" : "AWS-HMAC",
                          "AccessKeyId" : "%s",
                          "SecretAccessKey" : "%s",
                          "Token" : "%s",
                          "Expiration" : "%s"
                        }"""
                        .formatted(issued.at(), c.accessKeyId(), c.secretAccessKey(), c.token(), c.expiration()))
                .orElseGet(() -> """
                        {
                          "Code" : "AssumeRoleUnauthorizedAccess",
                          "Message" : "EC2 cannot assume the role %s. Please see documentation at \
                        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.",
                          "LastUpdated" : "%s"
                        }"""
                        .formatted(role, issued.at()));
    }

    /** Not signed: nobody could hold the signature against a key of AWS's. */
    private String document(InstanceView shown) {
        return """
                {
                  "accountId" : "%s",
                  "architecture" : "x86_64",
                  "availabilityZone" : "%s",
                  "billingProducts" : null,
                  "devpayProductCodes" : null,
                  "marketplaceProductCodes" : null,
                  "imageId" : "%s",
                  "instanceId" : "%s",
                  "instanceType" : "%s",
                  "kernelId" : null,
                  "pendingTime" : "%s",
                  "privateIp" : "%s",
                  "ramdiskId" : null,
                  "region" : "%s",
                  "version" : "2017-09-30"
                }"""
                .formatted(
                        scope.account(), instance.zone(), instance.imageId(), instance.id(), instance.type(),
                        instance.launched(), shown.primary(instance).map(n -> n.address().toString()).orElse(""), region.name());
    }
}
