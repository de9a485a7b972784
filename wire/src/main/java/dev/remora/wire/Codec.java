package dev.remora.wire;

import java.util.function.UnaryOperator;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The server's half of a protocol for one service.
 *
 * <p>The SDK's model classes describe themselves: {@code SdkPojo.sdkFields()} lists each member with its type, its
 * place in the message and its name there. The SDK's client writes requests and reads responses from that list; a
 * codec reads requests and writes responses from the same list, so that no shape is written down here. What the list
 * lacks (constraints, status codes) comes from {@link Constraints}. Rejected: hand-written shapes (thousands of
 * untyped maps), generated servers (none speaks the query protocols).
 */
sealed interface Codec permits QueryCodec, RestJsonCodec, RestXmlCodec, TargetJsonCodec {
    /** Finds out which operation a request calls, and takes its envelope apart. */
    Incoming open(Request request);

    /** Reads the input of an operation. */
    SdkPojo decode(Incoming incoming, SdkPojo builder);

    /** Writes the output of an operation. */
    Response encode(Incoming incoming, SdkPojo output, int status, String requestId);

    Response error(AwsError error, String requestId);

    /** @param codes the query protocols' code for an error; asked when the first error leaves */
    static Codec of(Operations operations, Protocol protocol, UnaryOperator<String> codes) {
        ServiceInfo service = operations.service();
        return switch (protocol) {
            case EC2_QUERY -> new QueryCodec(service, QueryNames.TRAITS, true, codes);
            case AWS_QUERY -> new QueryCodec(
                    service, service.queryToo() ? QueryNames.SINGULAR : QueryNames.TRAITS, false, codes);
            case REST_JSON -> new RestJsonCodec(operations);
            case REST_XML -> new RestXmlCodec(service);
            case AWS_JSON_1_0 -> TargetJsonCodec.version10(
                    "com.amazonaws." + service.signingName() + "#", service.queryToo() ? codes : null);
            case AWS_JSON_1_1 -> TargetJsonCodec.VERSION_1_1;
        };
    }
}
