package dev.remora.wire;

import dev.remora.wire.AccessKeys.Absent;
import dev.remora.wire.AccessKeys.Holder;
import dev.remora.wire.Authorizer.Decision;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Takes every request the same way: authenticate, decode, refuse and validate, authorize, handle. Requests from the
 * network and from our own services ({@link InProcessClient}) pass the same steps.
 *
 * <p>What a client did wrong leaves as AWS words it; anything else is a bug, is logged with the request's id, and
 * leaves as an internal error that says nothing of its cause.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private static final Body NO_BODY = Body.of(InputStream.nullInputStream(), 0);

    private final Map<String, Served> services = new HashMap<>();
    private final AccessKeys keys;
    private final Authorizer authorizer;
    private final AuthorizationMessages messages;
    private final InstantSource clock;
    private volatile Audit audit = Audit.NONE;
    private final SigV4 signatures = new SigV4();
    private final Guess guess;

    /** Without DecodeAuthorizationMessage: nobody can read the details of its denials. */
    public Dispatcher(Collection<Operations> services, AccessKeys keys, Authorizer authorizer, InstantSource clock) {
        this(services, keys, authorizer, AuthorizationMessages.ephemeral(), clock);
    }

    public Dispatcher(
            Collection<Operations> services,
            AccessKeys keys,
            Authorizer authorizer,
            AuthorizationMessages messages,
            InstantSource clock) {
        for (Operations operations : services) {
            if (this.services.put(operations.service().signingName(), new Served(operations)) != null) {
                throw new IllegalStateException(operations.service().signingName() + " is there twice");
            }
        }
        this.keys = keys;
        this.authorizer = authorizer;
        this.messages = messages;
        this.clock = clock;
        this.guess = new Guess(this.services.values());
    }

    /** Says who is told of the calls; to be told before the first request is served. */
    public void tell(Audit listener) {
        audit = listener;
    }

    /** Answers a request of whoever signed it. Never throws for what the request holds. */
    public Response handle(Request request) {
        return answer(request, null);
    }

    /**
     * Answers a request of one of our own services; its signature only says region and service and is not checked.
     */
    public Response handle(Request request, Principal principal) {
        return answer(request, principal);
    }

    /** Whether a request's body is read by its operation while it comes. */
    boolean streams(Request head) {
        try {
            Claim claim = Claim.of(head);
            return claim == null ? guess.codec(head) instanceof RestXmlCodec : streams(claim);
        } catch (Claim.Incomplete e) {
            return false;
        }
    }

    private boolean streams(Claim claim) {
        Served served = services.get(claim.service());
        return served != null && served.protocol == Protocol.REST_XML;
    }

    /** The error for a body above the limit, whose request was not read. */
    Response tooLarge(Request head) {
        String requestId = newRequestId();
        Served served = served(head);
        AwsError error = served == null
                ? guess.refusals(head).tooLarge(HttpLimits.MAX_BODY_BYTES, head.rawPath())
                : served.refusals.tooLarge(HttpLimits.MAX_BODY_BYTES, operationName(served, head));
        return withId((served == null ? guess.codec(head) : served.codec).error(error, requestId), requestId);
    }

    private static String operationName(Served served, Request head) {
        try {
            return served.codec.open(head).operation();
        } catch (AwsError e) {
            return "requested";
        }
    }

    private @Nullable Served served(Request request) {
        try {
            Claim claim = Claim.of(request);
            return claim == null ? null : served(claim, request);
        } catch (Claim.Incomplete e) {
            return null;
        }
    }

    private @Nullable Served served(Claim claim, Request request) {
        Served served = services.get(claim.service());
        return served == null ? null : served.speaking(request);
    }

    private Response answer(Request request, @Nullable Principal trusted) {
        String requestId = newRequestId();
        Codec codec = null;
        Refusals refusals = null;
        var course = new Course();
        try {
            Instant now = clock.instant();
            Claim claim;
            try {
                claim = Claim.of(request);
            } catch (Claim.Incomplete e) {
                codec = guess.codec(request);
                throw guess.refusals(request).incompleteSignature(e.text());
            }
            if (claim == null) {
                codec = guess.codec(request);
                throw guess.refusals(request).notSigned();
            }
            Served served = served(claim, request);
            codec = served == null ? guess.codec(request) : served.codec;
            refusals = served == null ? guess.refusals(request) : served.refusals;
            Caller caller = trusted != null ? new Caller(trusted, null) : authenticate(request, claim, now, refusals);
            Entrance entrance = request.entrance();
            if (served == null || entrance != null && !entrance.service().equals(claim.service())) {
                throw refusals.unknownOperation(claim.service(), guess.operation(request));
            }
            var call = new Call(requestId, claim.region(), caller.principal(), request.peer(), now, endpoint(request),
                    RequestKeys.of(claim.region(), request));
            course.began(call, claim);
            Response response = withId(operate(served, codec.open(request), call, caller.chunks(), course), requestId);
            course.ended(audit, null);
            return response;
        } catch (AwsError e) {
            course.ended(audit, e);
            return withId((codec == null ? guess.codec(request) : codec).error(e, requestId), requestId);
        } catch (RuntimeException | Error e) {
            LOG.error("request {} failed: {} {}", requestId, request.method(), request.rawPath(), e);
            AwsError internal = (refusals == null ? guess.refusals(request) : refusals).internal();
            course.ended(audit, internal);
            return withId((codec == null ? guess.codec(request) : codec).error(internal, requestId), requestId);
        }
    }

    /** @param chunks what signed chunks of the body are checked with; null where they need no check */
    private record Caller(Principal principal, @Nullable ChunkSignatures chunks) {}

    private Caller authenticate(Request request, Claim claim, Instant now, Refusals refusals) {
        return switch (keys.find(claim.accessKey(), claim.token(), now)) {
            case Holder holder
            when holder.loopbackOnly() && (!request.trusted() || request.fromForeignPage()) ->
                throw refusals.unknownKey();
            case Holder holder -> {
                signatures.verify(request, claim, holder.secret(), now, refusals);
                if (holder.principal().barredFrom(claim.service())) {
                    throw refusals.unknownKey();
                }
                keys.used(holder.principal(), claim.accessKey(), claim.service(), claim.region(), now);
                yield new Caller(
                        holder.principal(), streams(claim) ? signatures.chunks(claim, holder.secret()) : null);
            }
            case Absent.EXPIRED -> throw refusals.expiredToken();
            case Absent.UNKNOWN -> throw claim.token().isEmpty() ? refusals.unknownKey() : refusals.badToken();
        };
    }

    private Response operate(
            Served served, Incoming incoming, Call call, @Nullable ChunkSignatures chunks, Course course) {
        Operation<?, ?> operation = served.operations.byName(incoming.operation());
        if (operation == null) {
            throw served.refusals.unknownOperation(served.service().signingName(), served.nameOf(incoming));
        }
        course.named(incoming.operation());
        if (!(incoming instanceof Incoming.Rest rest) || served.protocol != Protocol.REST_XML) {
            return run(served, operation, incoming, NO_BODY, call, course);
        }
        Body body = Payload.of(rest.request(), chunks, served.binding(operation).checksummed());
        return operation.receives()
                ? run(served, operation, rest, body, call, course)
                : run(served, operation, rest.with(document(body)), NO_BODY, call, course);
    }

    private static byte[] document(Body body) {
        try {
            byte[] document = body.bytes().readNBytes(HttpLimits.MAX_DOCUMENT_BYTES + 1);
            if (document.length > HttpLimits.MAX_DOCUMENT_BYTES) {
                throw new AwsError("MaxMessageLengthExceeded", 400, "Your request was too big.");
            }
            return document;
        } catch (IOException e) {
            throw Payload.incomplete();
        }
    }

    private <I extends AwsRequest, O extends AwsResponse> Response run(
            Served served, Operation<I, O> operation, Incoming incoming, Body body, Call call, Course course) {
        Binding binding = served.binding(operation);
        SdkPojo decoded = served.codec.decode(incoming, binding.newRequest());
        served.check(operation, decoded, incoming.operation());
        I input = operation.request().cast(decoded);
        if (!operation.isOpen()) {
            authorize(served, operation, input, call, authorizer, course);
        }
        Entrance entrance = incoming.request().entrance();
        if (entrance != null) {
            authorize(served, operation, input, call, entrance.policy(), course);
        }
        if (served.protocol == Protocol.EC2_QUERY && binding.dryRun(decoded)) {
            throw served.refusals.dryRun();
        }
        Sender.Sent<O> sent = operation.run(input, call, body);
        Response response = served.codec.encode(
                incoming, sent.response(), served.constraints().status(operation.name()), call.requestId());
        return sent.content() == null
                ? response
                : new Response(response.status(), response.headers(), Response.EMPTY, sent.content());
    }

    private <I extends AwsRequest> void authorize(
            Served served, Operation<I, ?> operation, I input, Call call, Authorizer by, Course course) {
        Map<String, List<String>> ofOperation = operation.context(input).apply(call);
        for (Permission needed : operation.permissions(input).apply(call)) {
            boolean own = needed.ofServiceOf(operation);
            if (!own && by != authorizer) {
                continue; // an endpoint's policy is about the service behind it
            }
            Map<String, List<String>> keys = keys(call, own ? ofOperation : Map.of(), needed);
            Decision decision = by.decide(call.principal(), needed.action(), List.of(needed.resource()), keys);
            course.decided(needed.action(), decision);
            if (!decision.allowed()) {
                String encoded = served.protocol == Protocol.EC2_QUERY
                        ? messages.encode(
                                call.principal(), needed.action(), decision, authorizer.keys(call.principal(), keys))
                        : "";
                throw served.refusals.denied(call.principal(), served.printed(needed.action()),
                        operation.printed(input, decision.resource()), decision.reason(), encoded);
            }
        }
    }

    private static Map<String, List<String>> keys(Call call, Map<String, List<String>> operation, Permission needed) {
        if (operation.isEmpty() && needed.keys().isEmpty()) {
            return call.keys();
        }
        Map<String, List<String>> keys = new HashMap<>(call.keys());
        keys.putAll(operation);
        keys.putAll(needed.keys());
        return keys;
    }

    /** Where the caller finds this server. */
    private static String endpoint(Request request) {
        String host = request.headers().first("Host");
        return (request.secure() ? "https://" : "http://") + (host == null ? "localhost" : host);
    }

    private static Response withId(Response response, String requestId) {
        response.headers().set("x-amzn-RequestId", requestId);
        return response;
    }

    /** A request's id is no secret: a quick random source will do. */
    private static String newRequestId() {
        var random = ThreadLocalRandom.current();
        long high = random.nextLong() & ~0xf000L | 0x4000L;
        long low = random.nextLong() & ~(3L << 62) | 1L << 63;
        return new UUID(high, low).toString();
    }
}
