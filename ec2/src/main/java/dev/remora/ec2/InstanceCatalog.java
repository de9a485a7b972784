package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.UsageClassType;

/** What instances can be made of: the one image, and the types. */
final class InstanceCatalog {
    private static final String CREATED = "2026-01-01T00:00:00.000Z";
    static final String OWNER = "amazon";

    private static final Filters<InstanceType> TYPES = new Filters<InstanceType>()
            .on("instance-type", InstanceType::name)
            .on("current-generation", t -> "true")
            .on("bare-metal", t -> "false")
            .on("hypervisor", t -> "xen")
            .on("processor-info.supported-architecture", t -> "x86_64")
            .on("memory-info.size-in-mib", t -> Integer.toString(t.memoryMiB()))
            .on("vcpu-info.default-vcpus", t -> Integer.toString(t.cpus()));

    private final AccountRegions regions;
    private final InstanceKeeper keeper;

    InstanceCatalog(AccountRegions regions, InstanceKeeper keeper) {
        this.regions = regions;
        this.keeper = keeper;
    }

    DescribeImagesResponse images(DescribeImagesRequest r, Call call) {
        Scope scope = regions.enter(call);
        for (String id : r.imageIds()) {
            if (!id.startsWith("ami-")) {
                throw Refusals.malformedId("InvalidAMIID.Malformed", id, "ami");
            }
            if (!id.equals(HostImage.ID)) {
                throw Refusals.of("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
            }
        }
        Image image = image();
        boolean wanted = (r.owners().isEmpty() || r.owners().contains(OWNER))
                && (r.executableUsers().isEmpty() || r.executableUsers().contains("all"))
                && new Filters<Image>()
                        .on("image-id", Image::imageId)
                        .on("name", Image::name)
                        .on("description", Image::description)
                        .on("architecture", i -> "x86_64")
                        .on("state", i -> "available")
                        .on("is-public", i -> "true")
                        .on("owner-alias", i -> OWNER)
                        .on("image-type", i -> "machine")
                        .on("root-device-type", i -> "ebs")
                        .on("virtualization-type", i -> "hvm")
                        .on("hypervisor", i -> "xen")
                        .on("platform-details", i -> "Linux/UNIX")
                        .on("ena-support", i -> "true")
                        .on("creation-date", Image::creationDate)
                        .withOwner(scope)
                        .matching(r.filters())
                        .test(image);
        return DescribeImagesResponse.builder().images(wanted ? List.of(image) : List.of()).build();
    }

    private Image image() {
        String system = keeper.imageName();
        return Image.builder()
                .imageId(HostImage.ID)
                .name("host")
                .description("The host's system: " + system)
                .imageOwnerAlias(OWNER)
                .ownerId("000000000000")
                .imageLocation("amazon/host")
                .creationDate(CREATED)
                .architecture("x86_64")
                .state("available")
                .publicLaunchPermissions(true)
                .imageType("machine")
                .platformDetails("Linux/UNIX")
                .usageOperation("RunInstances")
                .rootDeviceName("/dev/xvda")
                .rootDeviceType("ebs")
                .virtualizationType("hvm")
                .hypervisor("xen")
                .enaSupport(true)
                .build();
    }

    DescribeInstanceTypesResponse types(DescribeInstanceTypesRequest r, Call call) {
        regions.enter(call);
        List<InstanceType> named =
                r.instanceTypesAsStrings().stream().map(InstanceType::named).toList();
        List<InstanceType> all = (named.isEmpty() ? InstanceType.all() : named)
                .stream().filter(TYPES.matching(r.filters())).toList();
        int from = start(all, r.nextToken());
        int size = r.maxResults() == null ? all.size() : r.maxResults();
        if (r.maxResults() != null && (size < Listing.MIN_RESULTS || size > 100)) {
            throw Refusals.invalidValue(
                    "Value ( " + size + " ) for parameter maxResults is invalid. It must be between 5 and 100.");
        }
        int to = Math.min(all.size(), from + size);
        return DescribeInstanceTypesResponse.builder()
                .instanceTypes(all.subList(from, to).stream().map(InstanceCatalog::shown).toList())
                .nextToken(to < all.size() ? all.get(to - 1).name() : null)
                .build();
    }

    /** The token is the name of the last type of the page before. */
    private static int start(List<InstanceType> all, @Nullable String token) {
        if (token == null) {
            return 0;
        }
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).name().equals(token)) {
                return i + 1;
            }
        }
        throw Refusals.invalidValue("The token '" + token + "' is invalid");
    }

    private static InstanceTypeInfo shown(InstanceType type) {
        int threads = type.cpus() == 1 ? 1 : 2;
        return InstanceTypeInfo.builder()
                .instanceType(type.name())
                .currentGeneration(true)
                .freeTierEligible(type.name().endsWith(".micro"))
                .bareMetal(false)
                .hypervisor("xen")
                .burstablePerformanceSupported(type.name().startsWith("t"))
                .supportedUsageClasses(UsageClassType.ON_DEMAND)
                .processorInfo(p -> p.supportedArchitecturesWithStrings("x86_64"))
                .vCpuInfo(v -> v.defaultVCpus(type.cpus()).defaultCores(type.cpus() / threads).defaultThreadsPerCore(threads))
                .memoryInfo(m -> m.sizeInMiB((long) type.memoryMiB()))
                .networkInfo(n -> n.maximumNetworkInterfaces(InstanceLaunch.MAX_DEVICES).ipv6Supported(true))
                .build();
    }
}
