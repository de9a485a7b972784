package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("A second factor opens what policies close")
class SecondFactorOpensWhatPoliciesCloseTest {
    /** Everything, but without a second factor only what sets one up. */
    private static final String NOTHING_WITHOUT = policy("{'Effect':'Allow','Action':'*','Resource':'*'}",
            "{'Sid':'NothingWithoutSecondFactor','Effect':'Deny','NotAction':['iam:CreateVirtualMFADevice','iam:EnableMFADevice',"
            + "'iam:ListMFADevices','iam:ResyncMFADevice'],'Resource':'*',"
            + "'Condition':{'BoolIfExists':{'aws:MultiFactorAuthPresent':'false'}}}");

    private static final int STEP_SECONDS = 30;

    @TempDir
    Path folder;

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements).replace('\'', '"') + "]}";
    }

    private static Account user(Account account, String name, String policy) {
        account.aws("iam", "create-user", "--user-name", name);
        account.aws("iam", "put-user-policy", "--user-name", name, "--policy-name", "p", "--policy-document", policy);
        JsonNode key = account.aws("iam", "create-access-key", "--user-name", name).get("AccessKey");
        return new Account(account.server(), account.id(), Map.of(
                "AWS_ACCESS_KEY_ID", key.get("AccessKeyId").asString(),
                "AWS_SECRET_ACCESS_KEY", key.get("SecretAccessKey").asString()));
    }

    /**
     * A device, as a telephone has it.
     *
     * @param used the step of the newest code that was shown
     */
    private record Phone(String serial, String seed, long used) {
        /** A new device of the user, enabled with codes of a minute ago, so that those of now are still good. */
        static Phone enable(Account user, String name, Path folder) throws IOException {
            Path file = folder.resolve(name);
            String serial = user.aws("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", name,
                            "--bootstrap-method", "Base32StringSeed", "--outfile", file.toString())
                    .get("VirtualMFADevice").get("SerialNumber").asString();
            var phone = new Phone(serial, Files.readString(file).strip(), now() - 1);
            user.aws("iam", "enable-mfa-device", "--user-name", name, "--serial-number", serial,
                    "--authentication-code1", phone.code(phone.used - 1), "--authentication-code2", phone.code(phone.used));
            return phone;
        }

        /** It shows the code of now; the next one, if that was shown already. */
        Phone next() {
            return new Phone(serial, seed, Math.max(used + 1, now()));
        }

        private static long now() {
            return System.currentTimeMillis() / 1000 / STEP_SECONDS;
        }

        /** The two words of a command, with the newest code. */
        String[] with(String... words) {
            var line = new ArrayList<>(List.of(words));
            line.addAll(List.of("--serial-number", serial, "--token-code", code(used)));
            return line.toArray(String[]::new);
        }

        private String code(long step) {
            var bits = new StringBuilder();
            for (char digit : seed.toCharArray()) {
                int value = digit < 'A' ? digit - '2' + 26 : digit - 'A';
                bits.append(Integer.toBinaryString(32 + value), 1, 6);
            }
            byte[] key = new byte[bits.length() / 8];
            for (int i = 0; i < key.length; i++) {
                key[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
            }
            try {
                Mac mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(key, "RAW"));
                byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
                int cut = ByteBuffer.wrap(hash).getInt(hash[19] & 15) & 0x7fffffff;
                return String.format("%06d", cut % 1_000_000);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    @DisplayName("a user sets up its device, and may nothing else before it has used it")
    void users(Account account) throws IOException {
        Account anna = user(account, "anna", NOTHING_WITHOUT);
        Phone phone = Phone.enable(anna, "anna", folder);
        assertThat(anna.aws("iam", "list-mfa-devices").get("MFADevices").get(0).get("SerialNumber").asString())
                .isEqualTo("arn:aws:iam::" + account.id() + ":mfa/anna");
        assertThat(anna.awsFails("ec2", "describe-vpcs"))
                .contains("UnauthorizedOperation", "with an explicit deny in an identity-based policy");
        assertThat(anna.with(anna.aws("sts", "get-session-token")).awsFails("ec2", "describe-vpcs"))
                .contains("UnauthorizedOperation");
        assertThat(anna.awsFails(phone.with("sts", "get-session-token")))
                .contains("(AccessDenied)", "MultiFactorAuthentication failed with invalid MFA one time pass code.");

        phone = phone.next();
        Account proved = anna.with(anna.aws(phone.with("sts", "get-session-token")));
        proved.aws("ec2", "describe-vpcs");
        assertThat(proved.aws("iam", "list-users").get("Users")).hasSize(1);
        assertThat(anna.awsFails(phone.with("sts", "get-session-token"))).as("the same code again")
                .contains("MultiFactorAuthentication failed with invalid MFA one time pass code.");

        assertThat(account.awsFails("iam", "delete-virtual-mfa-device", "--serial-number", phone.serial()))
                .contains("(DeleteConflict)", "MFA VirtualDevice in use. Must deactivate first.");
        proved.aws("iam", "deactivate-mfa-device", "--user-name", "anna", "--serial-number", phone.serial());
        assertThat(anna.awsFails(phone.next().with("sts", "get-session-token")))
                .contains("Please verify your MFA serial number is valid and associated with this user.");
        account.aws("iam", "delete-virtual-mfa-device", "--serial-number", phone.serial());
    }

    @Test
    @DisplayName("a role of another account that asks for a code is assumed with one, of the user's own device")
    void roles(Account account) throws IOException {
        Account partner = Account.fresh(account.server());
        String condition = "'Condition':{'Bool':{'aws:MultiFactorAuthPresent':'true'},"
                + "'NumericLessThan':{'aws:MultiFactorAuthAge':'60'}}";
        String arn = partner.aws("iam", "create-role", "--role-name", "guests", "--assume-role-policy-document",
                        policy("{'Effect':'Allow','Principal':{'AWS':'" + account.id() + "'},'Action':'sts:AssumeRole',"
                        + condition + "}"))
                .get("Role").get("Arn").asString();
        partner.aws("iam", "put-role-policy", "--role-name", "guests", "--policy-name", "p", "--policy-document",
                policy("{'Effect':'Allow','Action':'ec2:*','Resource':'*'}",
                        "{'Effect':'Allow','Action':'sqs:*','Resource':'*'," + condition + "}"));
        Account bob = user(account, "bob", policy("{'Effect':'Allow','Action':['sts:*','iam:*'],'Resource':'*'}"));
        Account carol = user(account, "carol", policy("{'Effect':'Allow','Action':['sts:*','iam:*'],'Resource':'*'}"));
        Phone phone = Phone.enable(bob, "bob", folder);
        String[] assuming = {"sts", "assume-role", "--role-arn", arn, "--role-session-name", "me"};

        assertThat(bob.awsFails(assuming)).contains("(AccessDenied)", "is not authorized to perform: sts:AssumeRole");
        assertThat(carol.awsFails(phone.next().with(assuming))).contains("(AccessDenied)", "unable to validate MFA code.");
        Account guest = partner.with(bob.aws(phone.next().with(assuming)));
        guest.aws("ec2", "describe-vpcs");
        assertThat(guest.awsFails("sqs", "list-queues")).as("the role's session has no second factor").contains("AccessDenied");
    }

    @Test
    @DisplayName("the picture of a device is one")
    void picture(Account account) throws IOException {
        Path file = folder.resolve("picture.png");
        account.aws("iam", "create-virtual-mfa-device", "--virtual-mfa-device-name", "phone", "--bootstrap-method", "QRCodePNG",
                "--outfile", file.toString());
        assertThat(Arrays.copyOf(Files.readAllBytes(file), 8)).containsExactly(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n');
    }
}
