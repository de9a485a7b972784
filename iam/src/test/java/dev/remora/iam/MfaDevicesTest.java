package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.iam.model.CreateAccountAliasRequest;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.CreateVirtualMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.DeactivateMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteVirtualMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.EnableMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryRequest;
import software.amazon.awssdk.services.iam.model.GetAccountSummaryResponse;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.GetMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesRequest;
import software.amazon.awssdk.services.iam.model.ListVirtualMfaDevicesResponse;
import software.amazon.awssdk.services.iam.model.MFADevice;
import software.amazon.awssdk.services.iam.model.ResyncMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.VirtualMFADevice;

class MfaDevicesTest extends RunsAsRoot {
    private static final String WRONG = "403 InvalidAuthenticationCode: Authentication code for device is not valid.";

    @BeforeEach
    void makeUsers() {
        run(CreateUserRequest.builder().userName("Anna").path("/team/").build());
        run(CreateUserRequest.builder().userName("bob").build());
    }

    private String fault(Principal caller, AwsRequest request) {
        return Lab.fault(() -> lab.iam(request, caller, AwsResponse.class));
    }

    private VirtualMFADevice create(String name) {
        return create(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName(name));
    }

    private VirtualMFADevice create(CreateVirtualMfaDeviceRequest.Builder request) {
        return lab.iam(request.build(), CreateVirtualMfaDeviceResponse.class).virtualMFADevice();
    }

    private static Authenticator phone(VirtualMFADevice device) {
        return new Authenticator(device.base32StringSeed().asUtf8String());
    }

    private static String serial(String name) {
        return "arn:aws:iam::111122223333:mfa/" + name;
    }

    /** With the codes of a step and of the next one. */
    private EnableMfaDeviceRequest enable(String user, VirtualMFADevice device, int steps) {
        return EnableMfaDeviceRequest.builder().userName(user).serialNumber(device.serialNumber())
                .authenticationCode1(phone(device).code(lab.now, steps))
                .authenticationCode2(phone(device).code(lab.now, steps + 1))
                .build();
    }

    private ResyncMfaDeviceRequest resync(String user, VirtualMFADevice device, int steps) {
        return ResyncMfaDeviceRequest.builder().userName(user).serialNumber(device.serialNumber())
                .authenticationCode1(phone(device).code(lab.now, steps))
                .authenticationCode2(phone(device).code(lab.now, steps + 1))
                .build();
    }

    private static DeactivateMfaDeviceRequest deactivate(String user, String name) {
        return DeactivateMfaDeviceRequest.builder().userName(user).serialNumber(serial(name)).build();
    }

    private List<MFADevice> devices(String user) {
        return lab.iam(ListMfaDevicesRequest.builder().userName(user).build(), ListMfaDevicesResponse.class).mfaDevices();
    }

    private ListVirtualMfaDevicesResponse list(ListVirtualMfaDevicesRequest.Builder request) {
        return lab.iam(request.build(), ListVirtualMfaDevicesResponse.class);
    }

    private List<String> listed(String status) {
        return list(ListVirtualMfaDevicesRequest.builder().assignmentStatus(status)).virtualMFADevices().stream()
                .map(VirtualMFADevice::serialNumber).toList();
    }

    private Principal.User anna(boolean mfa) {
        String id = lab.iam(GetUserRequest.builder().userName("anna").build(), GetUserResponse.class).user().userId();
        var terms = mfa ? new SessionTerms(lab.now, "", List.of(), Map.of(), Set.of(), "", true) : SessionTerms.NONE;
        return new Principal.User(Lab.ACCOUNT, "/team/", "Anna", id, terms);
    }

    @Test
    void thePictureTellsATelephoneTheSeed() {
        VirtualMFADevice device = create("my.phone");
        assertThat(device.serialNumber()).isEqualTo(serial("my.phone"));
        String seed = device.base32StringSeed().asUtf8String();
        assertThat(seed).matches("[A-Z2-7]{64}");
        assertThat(Authenticator.read(device.qrCodePNG().asByteArray())).isEqualTo("otpauth://totp/Amazon%20Web%20Services:"
                + "my.phone%40111122223333?secret=" + seed + "&issuer=Amazon%20Web%20Services");
        run(CreateAccountAliasRequest.builder().accountAlias("acme").build());
        assertThat(Authenticator.read(create("other").qrCodePNG().asByteArray())).contains(":other%40acme?");
        assertThat(create("third").base32StringSeed()).isNotEqualTo(device.base32StringSeed());
    }

    @Test
    void theSeedIsToldOnlyOnce() {
        VirtualMFADevice device = create("phone");
        run(enable("anna", device, 0));
        assertThat(list(ListVirtualMfaDevicesRequest.builder()).virtualMFADevices()).singleElement().satisfies(told -> {
            assertThat(told.base32StringSeed()).isNull();
            assertThat(told.qrCodePNG()).isNull();
            assertThat(told.user().arn()).isEqualTo("arn:aws:iam::111122223333:user/team/Anna");
            assertThat(told.enableDate()).isEqualTo("2026-01-02T03:04:05Z");
        });
    }

    @Test
    void aDeviceIsOneOfItsPathAndName() {
        create(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("phone").path("/team/"));
        create("phone");
        assertThat(fault(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("phone").path("/").build()))
                .isEqualTo("409 EntityAlreadyExists: MFADevice entity at the same path and name already exists.");
        assertThat(listed("Any")).containsExactly(serial("phone"), serial("team/phone"));
        assertThat(fault(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("x".repeat(250)).build()))
                .startsWith("400 ValidationError: 1 validation error detected: Value at 'virtualMFADeviceName' failed")
                .endsWith("equal to 226");
        assertThat(fault(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("x".repeat(226)).build()))
                .isEqualTo("none");
    }

    @Test
    void twoCodesEnableADevice() {
        VirtualMFADevice device = create("phone");
        assertThat(fault(enable("nobody", device, 0)))
                .isEqualTo("404 NoSuchEntity: The user with name nobody cannot be found.");
        assertThat(fault(EnableMfaDeviceRequest.builder().userName("anna").serialNumber("GAHT12345678")
                .authenticationCode1("123456").authenticationCode2("654321").build()))
                .isEqualTo("404 NoSuchEntity: VirtualMFADevice with serial number GAHT12345678 doesn't exist.");
        String same = phone(device).code(lab.now, 0);
        assertThat(fault(EnableMfaDeviceRequest.builder().userName("anna").serialNumber(serial("phone"))
                .authenticationCode1(same).authenticationCode2(same).build())).isEqualTo(WRONG);
        assertThat(devices("anna")).isEmpty();
        run(enable("anna", device, -1));
        assertThat(devices("Anna")).singleElement().satisfies(listed -> {
            assertThat(listed.userName()).isEqualTo("Anna");
            assertThat(listed.serialNumber()).isEqualTo(serial("phone"));
        });
        assertThat(fault(enable("bob", device, 1))).isEqualTo("409 EntityAlreadyExists: MFA Device is already in use.");
        GetMfaDeviceResponse got = lab.iam(GetMfaDeviceRequest.builder().serialNumber(serial("phone")).userName("anna").build(),
                GetMfaDeviceResponse.class);
        assertThat(got.userName()).isEqualTo("Anna");
        assertThat(got.enableDate()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(fault(GetMfaDeviceRequest.builder().serialNumber(serial("phone")).userName("bob").build()))
                .isEqualTo("404 NoSuchEntity: MFA Device invalid for user.");
    }

    @Test
    void codesThatEnabledAreUsedUpWhoeverTheDeviceIs() {
        VirtualMFADevice device = create("phone");
        run(enable("anna", device, -1));
        run(deactivate("anna", "phone"));
        assertThat(fault(enable("bob", device, -1))).isEqualTo(WRONG);
        assertThat(fault(enable("bob", device, 0))).isEqualTo(WRONG);
        assertThat(fault(enable("bob", device, 1))).isEqualTo("none");
    }

    @Test
    void aDeviceInUseIsNotDeletedNorItsUser() {
        VirtualMFADevice device = create("phone");
        run(enable("anna", device, 0));
        assertThat(fault(DeleteVirtualMfaDeviceRequest.builder().serialNumber(serial("phone")).build()))
                .isEqualTo("409 DeleteConflict: MFA VirtualDevice in use. Must deactivate first.");
        assertThat(fault(DeleteUserRequest.builder().userName("anna").build()))
                .isEqualTo("409 DeleteConflict: Cannot delete entity, must delete MFA device first.");
        assertThat(fault(deactivate("bob", "phone"))).isEqualTo("404 NoSuchEntity: MFA Device invalid for user.");
        run(UpdateUserRequest.builder().userName("anna").newUserName("anne").build());
        run(deactivate("anne", "phone"));
        assertThat(fault(deactivate("anne", "phone"))).isEqualTo("404 NoSuchEntity: MFA Device invalid for user.");
        run(DeleteUserRequest.builder().userName("anne").build());
        run(DeleteVirtualMfaDeviceRequest.builder().serialNumber(serial("phone")).build());
        assertThat(listed("Any")).isEmpty();
        assertThat(fault(DeleteVirtualMfaDeviceRequest.builder().serialNumber(serial("phone")).build()))
                .isEqualTo("404 NoSuchEntity: VirtualMFADevice with serial number " + serial("phone") + " doesn't exist.");
    }

    @Test
    void aClockThatIsOffIsResynchronized() {
        VirtualMFADevice device = create("phone");
        run(enable("anna", device, 0));
        lab.now = lab.now.plus(Duration.ofMinutes(10));
        assertThat(stored().accept(phone(device).code(lab.now, 60), lab.now)).as("half an hour ahead").isEmpty();
        assertThat(fault(resync("bob", device, 60))).isEqualTo("404 NoSuchEntity: MFA Device invalid for user.");
        assertThat(fault(ResyncMfaDeviceRequest.builder().userName("anna").serialNumber(serial("phone"))
                .authenticationCode1(phone(device).code(lab.now, 60)).authenticationCode2("000000").build())).isEqualTo(WRONG);
        run(resync("anna", device, 59));
        assertThat(stored().accept(phone(device).code(lab.now, 61), lab.now)).isPresent();
        assertThat(stored().accept(phone(device).code(lab.now, 0), lab.now)).isEmpty();
        lab.now = lab.now.plus(Duration.ofMinutes(5));
        assertThat(stored().accept(phone(device).code(lab.now, 60), lab.now)).isPresent();
    }

    /** "If you generate the codes and then wait too long to submit the request, the MFA device … becomes out of sync." */
    @Test
    void codesThatAreSentTooLateLeaveADeviceOutOfStep() {
        VirtualMFADevice slow = create("slow");
        run(enable("anna", slow, -3));
        assertThat(stored("slow").accept(phone(slow).code(lab.now, 0), lab.now)).as("typed slowly").isPresent();
        VirtualMFADevice late = create("late");
        run(enable("bob", late, -20));
        assertThat(stored("late").accept(phone(late).code(lab.now, 0), lab.now)).isEmpty();
        run(resync("bob", late, -1));
        assertThat(stored("late").accept(phone(late).code(lab.now, 1), lab.now)).isPresent();
    }

    private MfaDevice stored() {
        return stored("phone");
    }

    private MfaDevice stored(String name) {
        return MfaDevice.find(serial(name), lab.store.view(), Lab.ACCOUNT).orElseThrow();
    }

    @Test
    void aUserHasEightAtMost() {
        for (int i = 0; i < 8; i++) {
            run(enable("anna", create("phone-" + i), 0));
        }
        VirtualMFADevice ninth = create("ninth");
        assertThat(fault(enable("anna", ninth, 0)))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for MFADevicesPerUser: 8");
        assertThat(fault(enable("bob", ninth, 0))).isEqualTo("none");
        assertThat(devices("anna")).hasSize(8);
        ListMfaDevicesResponse page = lab.iam(ListMfaDevicesRequest.builder().userName("anna").maxItems(3).build(),
                ListMfaDevicesResponse.class);
        assertThat(page.isTruncated()).isTrue();
        assertThat(lab.iam(ListMfaDevicesRequest.builder().userName("anna").marker(page.marker()).build(),
                ListMfaDevicesResponse.class).mfaDevices()).hasSize(5);
    }

    @Test
    void devicesAreListedByWhetherTheyAreSomebodys() {
        create("a");
        run(enable("anna", create("b"), 0));
        create("c");
        assertThat(listed("Assigned")).containsExactly(serial("b"));
        assertThat(listed("Unassigned")).containsExactly(serial("a"), serial("c"));
        assertThat(listed("Any")).hasSize(3);
        ListVirtualMfaDevicesResponse first = list(ListVirtualMfaDevicesRequest.builder().maxItems(2));
        assertThat(first.isTruncated()).isTrue();
        assertThat(list(ListVirtualMfaDevicesRequest.builder().marker(first.marker())).virtualMFADevices())
                .extracting(VirtualMFADevice::serialNumber).containsExactly(serial("c"));
    }

    @Test
    void theRootHasDevicesToo() {
        VirtualMFADevice device = create("root-account-mfa-device");
        run(enable(Lab.ACCOUNT, device, 0));
        assertThat(lab.iam(ListMfaDevicesRequest.builder().build(), ListMfaDevicesResponse.class).mfaDevices())
                .extracting(MFADevice::userName).containsExactly(Lab.ACCOUNT);
        assertThat(list(ListVirtualMfaDevicesRequest.builder()).virtualMFADevices().getFirst().user().arn())
                .isEqualTo("arn:aws:iam::111122223333:root");
        assertThat(summary()).containsEntry("AccountMFAEnabled", 1).containsEntry("MFADevices", 1)
                .containsEntry("MFADevicesInUse", 1);
        run(resync(Lab.ACCOUNT, device, 2));
        assertThat(fault(anna(false), DeactivateMfaDeviceRequest.builder().userName(Lab.ACCOUNT)
                .serialNumber(device.serialNumber()).build()))
                .isEqualTo("404 NoSuchEntity: The user with name 111122223333 cannot be found.");
        run(DeactivateMfaDeviceRequest.builder().serialNumber(device.serialNumber()).build());
        create("other");
        assertThat(summary()).containsEntry("AccountMFAEnabled", 0).containsEntry("MFADevices", 2)
                .containsEntry("MFADevicesInUse", 0);
    }

    private Map<String, Integer> summary() {
        return lab.iam(GetAccountSummaryRequest.builder().build(), GetAccountSummaryResponse.class).summaryMapAsStrings();
    }

    @Test
    void whoHasADeviceChangesItsOwnWithASecondFactorOnly() {
        String unproved = "403 AccessDenied: To complete this action, please ensure that you are authenticated with an MFA device"
                + " that is enabled for this user.";
        VirtualMFADevice first = create("first");
        VirtualMFADevice second = create("second");
        assertThat(fault(anna(false), enable("anna", first, 0))).as("the first one").isEqualTo("none");
        assertThat(fault(anna(false), enable("anna", second, 0))).isEqualTo(unproved);
        assertThat(fault(anna(false), DeactivateMfaDeviceRequest.builder().serialNumber(serial("first")).build()))
                .isEqualTo(unproved);
        assertThat(fault(anna(true), enable("anna", second, 0))).isEqualTo("none");
        assertThat(fault(anna(true), deactivate("anna", "first"))).isEqualTo("none");
        assertThat(fault(anna(false), enable("bob", first, 2))).as("of somebody else").isEqualTo("none");
        assertThat(fault(deactivate("anna", "second"))).as("by the root").isEqualTo("none");
    }

    @Test
    void devicesHaveTags() {
        create(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("phone").tags(tag("k", "1")));
        run(TagMfaDeviceRequest.builder().serialNumber(serial("phone")).tags(tag("K", "2"), tag("k", "3")).build());
        assertThat(tags()).containsExactly(tag("K", "2"), tag("k", "3"));
        run(UntagMfaDeviceRequest.builder().serialNumber(serial("phone")).tagKeys("k").build());
        assertThat(tags()).containsExactly(tag("K", "2"));
        assertThat(fault(ListMfaDeviceTagsRequest.builder().serialNumber(serial("none")).build()))
                .startsWith("404 NoSuchEntity");
        assertThat(fault(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("x").tags(tag("k", "1"), tag("k", "2"))
                .build())).startsWith("400 InvalidInput");
        assertThat(listed("Any")).containsExactly(serial("phone"));
    }

    private List<Tag> tags() {
        return lab.iam(ListMfaDeviceTagsRequest.builder().serialNumber(serial("phone")).build(),
                ListMfaDeviceTagsResponse.class).tags();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void anAccountHasAsManyAsItMayHaveUsers() {
        MfaDevice device = new MfaDevice(Lab.ACCOUNT, "d", "/", "00", "", lab.now, 0, 0, Map.of());
        lab.store.write(tx -> {
            for (int i = 0; i < MfaDevices.MAX_PER_ACCOUNT; i++) {
                tx.put(MfaDevice.KIND, Scope.global(Lab.ACCOUNT), "/d" + i, device);
            }
            return 0;
        });
        assertThat(fault(CreateVirtualMfaDeviceRequest.builder().virtualMFADeviceName("phone").build()))
                .isEqualTo("409 LimitExceeded: Cannot exceed quota for MFADevicesPerAccount: 5000");
    }
}
