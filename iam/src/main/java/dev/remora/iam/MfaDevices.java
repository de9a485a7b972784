package dev.remora.iam;

import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Principal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.model.AssignmentStatusType;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

/** Virtual MFA devices of users and of an account's root. There are no devices of other kinds. */
final class MfaDevices {
    static final int MAX_PER_USER = 8;

    /** As many as users, whether a user has them or not ("IAM and AWS STS quotas"). */
    static final int MAX_PER_ACCOUNT = Users.MAX_PER_ACCOUNT;

    private static final int MAX_SERIAL_CHARS = 256;
    private static final String ISSUER = "Amazon%20Web%20Services";

    private final Store store;
    private final Ids ids;

    MfaDevices(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateVirtualMfaDeviceResponse create(CreateVirtualMfaDeviceRequest request, Call call) {
        var device = new MfaDevice(call.account(), request.virtualMFADeviceName(), Listing.prefix(request.path()),
                ids.hex(Totp.SEED_HEX_DIGITS), "", Instant.EPOCH, 0, 0, Tags.OF_OTHERS.with(Map.of(), request.tags()));
        checkLength(device);
        store.write(tx -> {
            if (MfaDevice.find(device.arn(), tx, call.account()).isPresent()) {
                throw new AwsError("EntityAlreadyExists", 409, "MFADevice entity at the same path and name already exists.");
            }
            if (tx.count(MfaDevice.KIND, Scope.global(call.account())) >= MAX_PER_ACCOUNT) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerAccount: " + MAX_PER_ACCOUNT);
            }
            device.put(tx);
            return device;
        });
        return CreateVirtualMfaDeviceResponse.builder().virtualMFADevice(withSeed(device)).build();
    }

    /** A device whose serial number no request could name would be there for ever. */
    private static void checkLength(MfaDevice device) {
        int tooMany = device.arn().length() - MAX_SERIAL_CHARS;
        if (tooMany > 0) {
            throw new AwsError("ValidationError", 400, "1 validation error detected: Value at 'virtualMFADeviceName' failed to"
                    + " satisfy constraint: Member must have length less than or equal to "
                    + Math.max(0, device.name().length() - tooMany));
        }
    }

    /** What is told once, when the device is made. */
    private VirtualMFADevice withSeed(MfaDevice device) {
        String seed = new Totp(device.seed()).base32();
        String owner = AccountAlias.of(device.account(), store.view()).map(AccountAlias::alias).orElse(device.account());
        String label = URLEncoder.encode(device.name() + "@" + owner, StandardCharsets.UTF_8);
        return VirtualMFADevice.builder()
                .serialNumber(device.arn())
                .base32StringSeed(SdkBytes.fromUtf8String(seed))
                .qrCodePNG(SdkBytes.fromByteArrayUnsafe(QrCode.png(
                        "otpauth://totp/" + ISSUER + ":" + label + "?secret=" + seed + "&issuer=" + ISSUER)))
                .tags(device.tags().isEmpty() ? null : Tags.list(device.tags()))
                .build();
    }

    DeleteVirtualMfaDeviceResponse delete(DeleteVirtualMfaDeviceRequest request, Call call) {
        store.write(tx -> {
            MfaDevice device = required(request.serialNumber(), tx, call);
            if (device.assigned()) {
                throw new AwsError("DeleteConflict", 409, "MFA VirtualDevice in use. Must deactivate first.");
            }
            device.delete(tx);
            return device;
        });
        return DeleteVirtualMfaDeviceResponse.builder().build();
    }

    EnableMfaDeviceResponse enable(EnableMfaDeviceRequest request, Call call) {
        store.write(tx -> {
            String holder = holder(request.userName(), tx, call);
            requireSecondFactor(holder, tx, call);
            MfaDevice device = required(request.serialNumber(), tx, call);
            if (device.assigned()) {
                throw new AwsError("EntityAlreadyExists", 409, "MFA Device is already in use.");
            }
            if (tx.count(MfaDevice.KIND, Scope.global(call.account()), "holder", holder) >= MAX_PER_USER) {
                throw new AwsError("LimitExceeded", 409, "Cannot exceed quota for MFADevicesPerUser: " + MAX_PER_USER);
            }
            MfaDevice enabled = inStep(device, request.authenticationCode1(), request.authenticationCode2(), call)
                    .heldBy(holder, call.time().truncatedTo(ChronoUnit.SECONDS));
            enabled.put(tx);
            return enabled;
        });
        return EnableMfaDeviceResponse.builder().build();
    }

    DeactivateMfaDeviceResponse deactivate(DeactivateMfaDeviceRequest request, Call call) {
        store.write(tx -> {
            String holder = holder(request.userName(), tx, call);
            requireSecondFactor(holder, tx, call);
            MfaDevice free = held(request.serialNumber(), holder, tx, call).heldBy("", Instant.EPOCH);
            free.put(tx);
            return free;
        });
        return DeactivateMfaDeviceResponse.builder().build();
    }

    /**
     * Users who have devices add and remove those of their own with a second factor only. An account's root may without: nobody
     * else could help it.
     */
    private static void requireSecondFactor(String holder, View view, Call call) {
        if (call.principal() instanceof Principal.User user && user.id().equals(holder) && !user.terms().mfa()
                && MfaDevice.any(call.account(), holder, view)) {
            throw new AwsError("AccessDenied", 403, "To complete this action, please ensure that you are authenticated with an"
                    + " MFA device that is enabled for this user.");
        }
    }

    ResyncMfaDeviceResponse resync(ResyncMfaDeviceRequest request, Call call) {
        store.write(tx -> {
            MfaDevice device = held(request.serialNumber(), holder(request.userName(), tx, call), tx, call);
            MfaDevice synced = inStep(device, request.authenticationCode1(), request.authenticationCode2(), call);
            synced.put(tx);
            return synced;
        });
        return ResyncMfaDeviceResponse.builder().build();
    }

    private static MfaDevice inStep(MfaDevice device, String first, String second, Call call) {
        return device.synchronize(first, second, call.time()).orElseThrow(
                () -> new AwsError("InvalidAuthenticationCode", 403, "Authentication code for device is not valid."));
    }

    GetMfaDeviceResponse get(GetMfaDeviceRequest request, Call call) {
        View view = store.view();
        MfaDevice device = held(request.serialNumber(), holder(request.userName(), view, call), view, call);
        return GetMfaDeviceResponse.builder()
                .userName(userName(device, view))
                .serialNumber(device.arn())
                .enableDate(device.enabled())
                .build();
    }

    ListMfaDevicesResponse list(ListMfaDevicesRequest request, Call call) {
        View view = store.view();
        List<MfaDevice> devices = MfaDevice.heldBy(call.account(), holder(request.userName(), view, call), view);
        Page<MfaDevice> page = Listing.page(call, devices, MfaDevice::arn, request.marker(), request.maxItems());
        return ListMfaDevicesResponse.builder()
                .mfaDevices(page.items().stream()
                        .map(device -> MFADevice.builder()
                                .userName(userName(device, view))
                                .serialNumber(device.arn())
                                .enableDate(device.enabled())
                                .build())
                        .toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    ListVirtualMfaDevicesResponse listVirtual(ListVirtualMfaDevicesRequest request, Call call) {
        View view = store.view();
        AssignmentStatusType wanted = request.assignmentStatus();
        List<MfaDevice> devices = view.all(MfaDevice.KIND, Scope.global(call.account())).stream()
                .filter(device -> wanted == null || wanted == AssignmentStatusType.ANY
                        || (wanted == AssignmentStatusType.ASSIGNED) == device.assigned())
                .toList();
        Page<MfaDevice> page = Listing.page(call, devices, MfaDevice::arn, request.marker(), request.maxItems());
        return ListVirtualMfaDevicesResponse.builder()
                .virtualMFADevices(page.items().stream().map(device -> listed(device, view)).toList())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private static VirtualMFADevice listed(MfaDevice device, View view) {
        var shape = VirtualMFADevice.builder().serialNumber(device.arn());
        if (device.assigned()) {
            shape.enableDate(device.enabled()).user(ofRoot(device)
                    ? Users.root(new Principal.Root(device.account()), view)
                    : Users.brief(user(device, view)).build());
        }
        return shape.build();
    }

    TagMfaDeviceResponse tag(TagMfaDeviceRequest request, Call call) {
        change(request.serialNumber(), call, device -> device.withTags(Tags.OF_OTHERS.with(device.tags(), request.tags())));
        return TagMfaDeviceResponse.builder().build();
    }

    UntagMfaDeviceResponse untag(UntagMfaDeviceRequest request, Call call) {
        change(request.serialNumber(), call,
                device -> device.withTags(Tags.OF_OTHERS.without(device.tags(), request.tagKeys())));
        return UntagMfaDeviceResponse.builder().build();
    }

    ListMfaDeviceTagsResponse listTags(ListMfaDeviceTagsRequest request, Call call) {
        MfaDevice device = required(request.serialNumber(), store.view(), call);
        Page<Tag> page = Listing.page(call, Tags.list(device.tags()), Tag::key, request.marker(), request.maxItems());
        return ListMfaDeviceTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.nextToken().isPresent())
                .marker(page.nextToken().orElse(null))
                .build();
    }

    private void change(String serialNumber, Call call, UnaryOperator<MfaDevice> edit) {
        store.write(tx -> {
            MfaDevice changed = edit.apply(required(serialNumber, tx, call));
            changed.put(tx);
            return changed;
        });
    }

    private static MfaDevice required(String serialNumber, View view, Call call) {
        return MfaDevice.find(serialNumber, view, call.account()).orElseThrow(() -> new AwsError("NoSuchEntity", 404,
                "VirtualMFADevice with serial number " + serialNumber + " doesn't exist."));
    }

    private static MfaDevice held(String serialNumber, String holder, View view, Call call) {
        MfaDevice device = required(serialNumber, view, call);
        if (!device.holder().equals(holder)) {
            throw new AwsError("NoSuchEntity", 404, "MFA Device invalid for user.");
        }
        return device;
    }

    /**
     * The id of the user that a request is about: the caller, where it names none. The root names itself by its account, where it
     * must name somebody and no user is called so.
     */
    private static String holder(@Nullable String userName, View view, Call call) {
        if (call.principal() instanceof Principal.Root root && (userName == null
                || userName.equals(root.account()) && IdentityKind.USER.find(view, call.account(), userName).isEmpty())) {
            return root.userId();
        }
        return IdentityKind.USER.required(view, call.account(), Users.named(userName, call)).id();
    }

    private static boolean ofRoot(MfaDevice device) {
        return device.holder().equals(device.account());
    }

    /** A user is not deleted as long as it has devices. */
    private static User user(MfaDevice device, View view) {
        return view.find(User.KIND, Scope.global(device.account()), "id", device.holder()).getFirst();
    }

    private static String userName(MfaDevice device, View view) {
        return ofRoot(device) ? device.account() : user(device, view).name();
    }

    Map<String, List<String>> keys(String serialNumber, Call call) {
        return MfaDevice.find(serialNumber, store.view(), call.account()).map(device -> Tags.owned(device.tags()))
                .orElse(Map.of());
    }

    /** How an account's devices are counted in its summary. */
    static void count(Map<String, Integer> summary, View view, String account) {
        List<MfaDevice> devices = view.all(MfaDevice.KIND, Scope.global(account));
        summary.put("MFADevices", devices.size());
        summary.put("MFADevicesInUse", (int) devices.stream().filter(MfaDevice::assigned).count());
        summary.put("AccountMFAEnabled", MfaDevice.any(account, account, view) ? 1 : 0);
    }
}
