package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.services.sqs.model.ListQueueTagsRequest;
import software.amazon.awssdk.services.sqs.model.ListQueueTagsResponse;
import software.amazon.awssdk.services.sqs.model.ListQueuesRequest;
import software.amazon.awssdk.services.sqs.model.ListQueuesResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;
import software.amazon.awssdk.services.sqs.model.TagQueueRequest;
import software.amazon.awssdk.services.sqs.model.TagQueueResponse;

/** A service that speaks JSON, asked in awsQuery by clients of before; names as in SQS's model of 2012-11-05. */
class QueryCompatibleTest {
    private static final String SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request,"
            + " SignedHeaders=host, Signature=00";

    private final Operations table = new Operations(Infos.SQS);
    private Object seen = "";

    private <I extends AwsRequest, O extends AwsResponse> void on(Class<I> request, O answer) {
        table.on(request, (in, call) -> {
            seen = in;
            return answer;
        });
    }

    private Response call(String path, String body, String... headers) {
        var all = Headers.of("Authorization", SCOPE, "X-Amz-Date", "20260101T000000Z", "Host", "localhost");
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1]);
        }
        var dispatcher = new Dispatcher(List.of(table), Keys.ALL, Keys.EVERYTHING, InstantSource.system());
        var request = new Request("POST", path, "", all, body.getBytes(StandardCharsets.UTF_8), "127.0.0.1", false, true);
        return dispatcher.handle(request, new Principal.Root("000000000000"));
    }

    private static String text(Response response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Test
    void readsWhatOldClientsSend() {
        on(SendMessageRequest.class, SendMessageResponse.builder().build());
        call("/", "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Fh%2F1%2Fq&MessageBody=hello"
                + "&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=x");
        assertThat(seen).isEqualTo(SendMessageRequest.builder().queueUrl("http://h/1/q").messageBody("hello")
                .messageAttributes(Map.of("a", MessageAttributeValue.builder().dataType("String").stringValue("x").build()))
                .build());

        on(SendMessageBatchRequest.class, SendMessageBatchResponse.builder()
                .successful(s -> s.id("1").messageId("m").md5OfMessageBody("d"))
                .failed(f -> f.id("2").code("InternalError").senderFault(false)).build());
        Response batch = call("/1/q", "Action=SendMessageBatch&SendMessageBatchRequestEntry.1.Id=1"
                + "&SendMessageBatchRequestEntry.1.MessageBody=a&SendMessageBatchRequestEntry.2.Id=2"
                + "&SendMessageBatchRequestEntry.2.MessageBody=b");
        assertThat(seen).isEqualTo(SendMessageBatchRequest.builder().queueUrl("/1/q")
                .entries(e -> e.id("1").messageBody("a"), e -> e.id("2").messageBody("b")).build());
        assertThat(text(batch))
                .contains("<SendMessageBatchResult><SendMessageBatchResultEntry><Id>1</Id>")
                .contains("</SendMessageBatchResultEntry><BatchResultErrorEntry><Id>2</Id><SenderFault>false</SenderFault>");

        on(TagQueueRequest.class, TagQueueResponse.builder().build());
        call("/", "Action=TagQueue&QueueUrl=u&Tag.1.Key=k&Tag.1.Value=v");
        assertThat(seen).isEqualTo(TagQueueRequest.builder().queueUrl("u").tags(Map.of("k", "v")).build());
    }

    @Test
    void writesWhatOldClientsRead() {
        on(ReceiveMessageRequest.class, ReceiveMessageResponse.builder()
                .messages(Message.builder().messageId("m").body("b <&>")
                        .attributes(Map.of(MessageSystemAttributeName.SENDER_ID, "me"))
                        .messageAttributes(
                                Map.of("a", MessageAttributeValue.builder().dataType("String").stringValue("x").build()))
                        .build())
                .build());
        Response response = call("/", "Action=ReceiveMessage&QueueUrl=u&AttributeName.1=All&MessageAttributeName.1=a");
        assertThat(seen).isEqualTo(ReceiveMessageRequest.builder().queueUrl("u").attributeNamesWithStrings("All")
                .messageAttributeNames("a").build());
        assertThat(text(response))
                .contains("<ReceiveMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">")
                .contains("<ReceiveMessageResult><Message>")
                .contains("<Attribute><Name>SenderId</Name><Value>me</Value></Attribute>")
                .contains("<MessageAttribute><Name>a</Name><Value><StringValue>x</StringValue><DataType>String</DataType>")
                .contains("<Body>b &lt;&amp;&gt;</Body>");

        on(ListQueuesRequest.class, ListQueuesResponse.builder().queueUrls("one", "two").build());
        assertThat(text(call("/", "Action=ListQueues"))).contains("<QueueUrl>one</QueueUrl><QueueUrl>two</QueueUrl>");
        on(ListQueueTagsRequest.class, ListQueueTagsResponse.builder().tags(Map.of("k", "v")).build());
        assertThat(text(call("/", "Action=ListQueueTags&QueueUrl=u"))).contains("<Tag><Key>k</Key><Value>v</Value></Tag>");
    }

    @ParameterizedTest
    @CsvSource({
        "QueueDoesNotExist, AWS.SimpleQueueService.NonExistentQueue",
        "QueueNameExists, QueueAlreadyExists",
        "InvalidParameterValueException, InvalidParameterValue",
        "ReceiptHandleIsInvalid, ReceiptHandleIsInvalid"
    })
    void anErrorHasANameForEachProtocol(String shape, String code) {
        table.on(ListQueuesRequest.class, (in, call) -> {
            throw new AwsError(shape, 400, "no");
        });
        Response json = call("/", "{}", "X-Amz-Target", "AmazonSQS.ListQueues");
        assertThat(text(json)).isEqualTo("{\"__type\":\"com.amazonaws.sqs#" + shape + "\",\"message\":\"no\"}");
        assertThat(json.headers().first("x-amzn-query-error")).isEqualTo(code + ";Sender");
        assertThat(json.headers().first("Content-Type")).isEqualTo("application/x-amz-json-1.0");
        Response query = call("/", "Action=ListQueues");
        assertThat(text(query)).contains("<Type>Sender</Type><Code>" + code + "</Code><Message>no</Message>");
        assertThat(query.status()).isEqualTo(400);
    }

    @Test
    void namesWhatIsMissing() {
        on(SendMessageRequest.class, SendMessageResponse.builder().build());
        Response query = call("/", "Action=SendMessage&QueueUrl=u");
        assertThat(text(query)).contains("<Code>MissingParameter</Code>", "must contain the parameter MessageBody.");
        Response json = call("/", "{\"MessageBody\":\"x\"}", "X-Amz-Target", "AmazonSQS.SendMessage");
        assertThat(text(json)).contains("The request must contain the parameter QueueUrl.");
        on(SendMessageBatchRequest.class, SendMessageBatchResponse.builder().build());
        assertThat(text(call("/", "Action=SendMessageBatch&QueueUrl=u&SendMessageBatchRequestEntry.1.MessageBody=x")))
                .contains("the parameter SendMessageBatchRequestEntry.1.Id.");
    }
}
