package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.vpc.VpcEndpoint;
import dev.remora.wire.Call;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcEndpointServicesResponse;
import software.amazon.awssdk.services.ec2.model.PrivateDnsDetails;
import software.amazon.awssdk.services.ec2.model.ServiceDetail;
import software.amazon.awssdk.services.ec2.model.ServiceTypeDetail;

/** The services that endpoints lead to: those of AWS's that are served here, and the two that gateway endpoints are for. */
final class EndpointServices {
    /** AWS's default policy: everything may be done through the endpoint that the caller may do anyway. */
    static final String OPEN =
            """
            {"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}""";

    /** What counts for an endpoint that is being taken away. */
    static final String CLOSED =
            """
            {"Statement":[{"Action":"*","Effect":"Deny","Principal":"*","Resource":"*"}]}""";

    /** Served here, by their names in endpoint services, which are their signing names. */
    private static final List<String> INTERFACE = List.of("ec2", "lambda", "logs", "rds", "s3", "sqs", "ssm", "sts");

    private static final List<String> GATEWAY = List.of("dynamodb", "s3");

    private final AccountRegions regions;

    EndpointServices(AccountRegions regions) {
        this.regions = regions;
    }

    /** A service in a region, reached by one type of endpoint. */
    record Service(String region, String name, VpcEndpoint.Type type) {
        /** {@code com.amazonaws.eu-west-1.lambda}. */
        String fullName() {
            return "com.amazonaws." + region + "." + name;
        }

        String dnsName() {
            return name + "." + region + ".amazonaws.com";
        }

        private String typeText() {
            return type == VpcEndpoint.Type.GATEWAY ? "Gateway" : "Interface";
        }
    }

    static String policy(VpcEndpoint endpoint) {
        return endpoint.policy().isEmpty() ? OPEN : endpoint.policy();
    }

    static List<Service> of(String region) {
        return Stream.concat(
                        GATEWAY.stream().map(name -> new Service(region, name, VpcEndpoint.Type.GATEWAY)),
                        INTERFACE.stream().map(name -> new Service(region, name, VpcEndpoint.Type.INTERFACE)))
                .sorted((a, b) -> a.fullName().compareTo(b.fullName()))
                .toList();
    }

    /** The prefix list of a service that gateway endpoints are for. */
    static String prefixList(Scope scope, String fullName) {
        return PrefixLists.managed(scope).stream()
                .filter(list -> list.name().equals(fullName))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static final Filters<Service> FILTERS = new Filters<Service>()
            .on("service-name", Service::fullName)
            .on("service-type", Service::typeText)
            .on("service-region", Service::region)
            .on("owner", s -> "amazon")
            .on("supported-ip-address-types", s -> "ipv4");

    DescribeVpcEndpointServicesResponse describe(DescribeVpcEndpointServicesRequest r, Call call) {
        Scope scope = regions.enter(call);
        List<Service> all = of(scope.region());
        for (String name : r.serviceNames()) {
            if (all.stream().noneMatch(s -> s.fullName().equals(name))) {
                throw absent(name);
            }
        }
        var passes = FILTERS.matching(r.filters());
        List<Service> found = all.stream()
                .filter(s -> r.serviceNames().isEmpty() || r.serviceNames().contains(s.fullName()))
                .filter(s -> r.serviceRegions().isEmpty() || r.serviceRegions().contains(s.region()))
                .filter(passes)
                .toList();
        var page = Listing.of(call, "serviceNames", r.serviceNames(), List.of(), r.maxResults(), r.nextToken())
                .page(found, s -> s.fullName() + "/" + s.typeText());
        return DescribeVpcEndpointServicesResponse.builder()
                .serviceNames(new ArrayList<>(page.items().stream().map(Service::fullName).distinct().toList()))
                .serviceDetails(page.map(EndpointServices::shown))
                .nextToken(page.nextToken())
                .build();
    }

    static RuntimeException absent(String name) {
        return Refusals.of("InvalidServiceName", "The Vpc Endpoint Service '" + name + "' does not exist");
    }

    private static String digits(String of) {
        return HexFormat.of().formatHex(AccountRegions.sha256(of)).substring(0, 16);
    }

    private static ServiceDetail shown(Service s) {
        boolean names = s.type() == VpcEndpoint.Type.INTERFACE;
        return ServiceDetail.builder()
                .serviceName(s.fullName())
                .serviceId("vpce-svc-0" + digits(s.typeText() + s.fullName()))
                .serviceType(ServiceTypeDetail.builder().serviceType(s.typeText()).build())
                .serviceRegion(s.region())
                .availabilityZones(new Region(s.region()).zones())
                .owner("amazon")
                .baseEndpointDnsNames(names ? s.name() + "." + s.region() + ".vpce.amazonaws.com" : s.dnsName())
                .privateDnsName(names ? s.dnsName() : null)
                .privateDnsNames(names ? List.of(PrivateDnsDetails.builder().privateDnsName(s.dnsName()).build()) : List.of())
                .privateDnsNameVerificationState(names ? "verified" : null)
                .vpcEndpointPolicySupported(true)
                .acceptanceRequired(false)
                .managesVpcEndpoints(false)
                .supportedIpAddressTypesWithStrings("ipv4")
                .tags(List.of())
                .build();
    }
}
