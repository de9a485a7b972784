package dev.remora.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * The HTTP client of an SDK client inside this process: requests go to the dispatcher without a socket, and pass
 * everything that a request from outside passes. Give the SDK client any endpoint, e.g. {@code
 * http://remora.internal}.
 */
public final class InProcessClient implements SdkHttpClient {
    private final Function<Request, Response> dispatcher;

    InProcessClient(Function<Request, Response> dispatcher) {
        this.dispatcher = dispatcher;
    }

    /** Requests are of whoever signs them, and count as coming from the host's loopback. */
    public InProcessClient(Dispatcher dispatcher) {
        this((Function<Request, Response>) dispatcher::handle);
    }

    /** Requests are of the principal, whatever they are signed with. */
    public InProcessClient(Dispatcher dispatcher, Principal principal) {
        this(request -> dispatcher.handle(request, principal));
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest execute) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return answer(dispatcher.apply(request(execute)));
            }

            @Override
            public void abort() {}
        };
    }

    private static Request request(HttpExecuteRequest execute) throws IOException {
        SdkHttpRequest http = execute.httpRequest();
        var headers = new Headers();
        http.forEachHeader((name, values) -> values.forEach(value -> headers.add(name, value)));
        byte[] body = Response.EMPTY;
        if (execute.contentStreamProvider().isPresent()) {
            try (InputStream in = execute.contentStreamProvider().get().newStream()) {
                body = in.readAllBytes();
            }
        }
        String path = http.encodedPath().isEmpty() ? "/" : http.encodedPath();
        return new Request(
                http.method().name(),
                path,
                http.encodedQueryParameters().orElse(""),
                headers,
                body,
                "127.0.0.1",
                false,
                true);
    }

    private static HttpExecuteResponse answer(Response response) {
        SdkHttpFullResponse.Builder http = SdkHttpFullResponse.builder().statusCode(response.status());
        response.headers().forEach(http::appendHeader);
        Content content = response.content();
        if (content == null && (response.body().length > 0 || response.headers().first("Content-Length") == null)) {
            http.putHeader("Content-Length", Integer.toString(response.body().length));
        }
        return HttpExecuteResponse.builder()
                .response(http.build())
                .responseBody(AbortableInputStream.create(
                        content != null ? content.bytes() : new ByteArrayInputStream(response.body())))
                .build();
    }

    @Override
    public String clientName() {
        return "InProcess";
    }

    @Override
    public void close() {}
}
