package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.wire.Authorizer.Decision;
import dev.remora.wire.Authorizer.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class AuthorizationMessagesTest {
    private static final Principal USER =
            new Principal.User("111122223333", "/", "bob", "AIDAEXAMPLE", SessionTerms.NONE);
    private static final Decision DENIED =
            new Decision(false, "arn:aws:ec2:us-east-1:111122223333:vpc/*", Reason.EXPLICIT_DENY);

    private final AuthorizationMessages messages = AuthorizationMessages.ephemeral();

    @Test
    void theStatementThatDeniedIsTold() {
        String text = """
            {"Sid":"NoNetworks","Effect":"Deny","Action":["ec2:*"],"NotResource":"arn:x","Condition":{"StringEquals":
            {"ec2:Region":["us-east-1","us-east-2"]},"Bool":{"aws:SecureTransport":false}}}""";
        var denied = new Decision(false, DENIED.resource(), Reason.EXPLICIT_DENY, new Authorizer.Source(
                Authorizer.PolicyType.IDENTITY, "p", USER.arn(), "NoNetworks", true, 1, 1, 2, 70, text));
        String message = messages.encode(USER, "ec2:CreateVpc", denied, Map.of());
        assertThat(messages.decode(USER.account(), message).orElseThrow()).contains("\"matchedStatements\":{\"items\":[{"
                + "\"statementId\":\"NoNetworks\",\"effect\":\"DENY\",\"principals\":{\"items\":[{\"value\":\"AIDAEXAMPLE\"}]},"
                + "\"principalGroups\":{\"items\":[]},\"actions\":{\"items\":[{\"value\":\"ec2:*\"}]},"
                + "\"resources\":{\"items\":[{\"value\":\"arn:x\"}]},\"conditions\":{\"items\":["
                + "{\"key\":\"ec2:Region\",\"values\":{\"items\":[{\"value\":\"us-east-1\"},{\"value\":\"us-east-2\"}]}},"
                + "{\"key\":\"aws:SecureTransport\",\"values\":{\"items\":[{\"value\":\"false\"}]}}]}}]}");
    }

    private String encode(Map<String, List<String>> context) {
        return messages.encode(USER, "ec2:CreateVpc", DENIED, context);
    }

    @Test
    void aMessageTellsWhoWasDeniedWhatWhereAndOnWhichConditions() {
        String message = encode(Map.of("ec2:Region", List.of("us-east-1"), "aws:TagKeys", List.of("a", "b")));
        assertThat(message).matches("[A-Za-z0-9_-]+");
        assertThat(messages.decode(USER.account(), message)).contains("{\"allowed\":false,\"explicitDeny\":true,"
                + "\"matchedStatements\":{\"items\":[]},\"failures\":{\"items\":[]},\"context\":{"
                + "\"principal\":{\"id\":\"AIDAEXAMPLE\",\"name\":\"bob\",\"arn\":\"arn:aws:iam::111122223333:user/bob\"},"
                + "\"action\":\"ec2:CreateVpc\",\"resource\":\"arn:aws:ec2:us-east-1:111122223333:vpc/*\","
                + "\"conditions\":{\"items\":["
                + "{\"key\":\"aws:TagKeys\",\"values\":{\"items\":[{\"value\":\"a\"},{\"value\":\"b\"}]}},"
                + "{\"key\":\"ec2:Region\",\"values\":{\"items\":[{\"value\":\"us-east-1\"}]}}]}}}");
    }

    @Test
    void aCommandLineTakesNoMessageForAnOption() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(encode(Map.of())).startsWith("A");
        }
    }

    @Test
    void itOpensForNobodyElseAndNotWhenItIsChanged() {
        String message = encode(Map.of());
        assertThat(messages.decode("999988887777", message)).isEmpty();
        assertThat(AuthorizationMessages.ephemeral().decode(USER.account(), message)).isEmpty();
        for (int i = 0; i < message.length() - 1; i++) {
            char other = message.charAt(i) == 'A' ? 'B' : 'A';
            String changed = message.substring(0, i) + other + message.substring(i + 1);
            assertThat(messages.decode(USER.account(), changed)).as("character " + i).isEmpty();
        }
        for (String none : List.of("", "x", "!!", "A".repeat(16), "A".repeat(100), message.substring(4))) {
            assertThat(messages.decode(USER.account(), none)).as(none).isEmpty();
        }
    }

    @Test
    void itIsNeverLongerThanWhatCanBeDecoded() {
        var context = new HashMap<String, List<String>>();
        for (int i = 0; i < 50; i++) {
            var value = new StringBuilder();
            ThreadLocalRandom.current().ints(256, ' ' + 1, 127).forEach(c -> value.append((char) c));
            context.put("aws:RequestTag/" + i, List.of(value.toString()));
        }
        String message = encode(context);
        assertThat(message).hasSizeLessThan(AuthorizationMessages.MAX_CHARS);
        assertThat(messages.decode(USER.account(), message).orElseThrow()).contains("ec2:CreateVpc");
    }
}
