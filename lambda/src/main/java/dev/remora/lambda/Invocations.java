package dev.remora.lambda;

import dev.remora.sandbox.Invocation;
import dev.remora.sandbox.Outcome;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/**
 * Invoke: the path that must be fast. It reads documents, takes a place, a warm environment and hands the event over; it
 * commits nothing, forks nothing and takes no lock that another function's invocation could hold.
 *
 * <p>The init phase of a new environment has ten seconds of its own. If it fails in them, it is run once more inside the
 * invocation, with the function's timeout, and what it ends with then is the invocation's end ("Understanding the Lambda
 * execution environment lifecycle").
 */
final class Invocations {
    /** How often an invocation looks for its version again because it changed while an environment was started. */
    private static final int LOOKS_MAX = 20;

    /** What an answer of a function may be at most, as AWS's message says it: 6 MiB and 100 bytes. */
    private static final int RESPONSE_MAX = 6_291_556;

    /** How an invocation ended. */
    record Result(byte[] payload, boolean failed, String executedVersion, byte[] logTail) {}

    /** One event on its way to a version. */
    record Event(
            Scope scope,
            String function,
            String version,
            String invokedArn,
            byte[] payload,
            String clientContext,
            String requestId) {}

    private record Ended(Outcome outcome, double durationMillis, double initMillis, Environment environment) {}

    private final Store store;
    private final Environments environments;
    private final Concurrency concurrency;
    private final AsyncEvents events;
    private final InstantSource clock;
    private final Duration initTimeout;

    Invocations(
            Store store,
            Environments environments,
            Concurrency concurrency,
            AsyncEvents events,
            InstantSource clock,
            Duration initTimeout) {
        this.store = store;
        this.environments = environments;
        this.concurrency = concurrency;
        this.events = events;
        this.clock = clock;
        this.initTimeout = initTimeout;
    }

    InvokeResponse invoke(InvokeRequest request, Call call) {
        FunctionName name = FunctionName.reach(request.functionName(), request.qualifier(), call);
        String type = request.invocationTypeAsString() == null ? "RequestResponse" : request.invocationTypeAsString();
        boolean asynchronous = type.equals("Event");
        byte[] payload =
                Payloads.event(request.payload(), asynchronous ? Payloads.ASYNCHRONOUS_MAX : Payloads.SYNCHRONOUS_MAX);
        String clientContext = Payloads.clientContext(request.clientContext());
        VersionDocument version = invocable(name);
        var event = new Event(
                name.scope(), name.name(), version.version(), name.asked(), payload, clientContext, call.requestId());
        return switch (type) {
            case "DryRun" -> InvokeResponse.builder().statusCode(204).build();
            case "Event" -> {
                events.accept(event);
                yield InvokeResponse.builder().statusCode(202).build();
            }
            case "RequestResponse" -> answer(run(event), "Tail".equals(request.logTypeAsString()));
            default ->
                throw Refusal.validation(
                        type, "invocationType", "Member must satisfy enum value set: [Event, RequestResponse, DryRun]");
        };
    }

    private static InvokeResponse answer(Result result, boolean withLog) {
        var answer = InvokeResponse.builder()
                .statusCode(200)
                .executedVersion(result.executedVersion())
                .payload(SdkBytes.fromByteArrayUnsafe(result.payload()));
        if (result.failed()) {
            answer.functionError("Unhandled");
        }
        if (withLog) {
            answer.logResult(Base64.getEncoder().encodeToString(result.logTail()));
        }
        return answer.build();
    }

    private VersionDocument invocable(FunctionName name) {
        VersionDocument version = store.view()
                .get(VersionDocument.KIND, name.scope(), VersionDocument.id(name.name(), name.version()))
                .orElseThrow(() -> Refusal.functionNotFound(name.arn() + ":" + name.version()));
        return switch (version.state()) {
            case ACTIVE -> version;
            case PENDING, FAILED -> throw Refusal.wrongState(version.state().text);
        };
    }

    /** Runs one event in the caller's thread and waits for its end. */
    Result run(Event event) {
        try (Concurrency.Permit permit = concurrency.take(event.scope(), event.function())) {
            for (int look = 0; look < LOOKS_MAX; look++) {
                VersionDocument version = invocable(new FunctionName(
                        event.scope().account(), event.scope().region(), event.function(), Optional.of(event.version())));
                try {
                    return finish(event, version, perform(event, version));
                } catch (Environments.Outdated e) {
                    continue;
                }
            }
            throw Refusal.conflict("The operation cannot be performed at this time. The function is being updated.");
        }
    }

    private Ended perform(Event event, VersionDocument version) throws Environments.Outdated {
        Duration timeout = Duration.ofSeconds(version.settings().timeoutSeconds());
        Optional<Environment> warm = environments.warm(version);
        if (warm.isPresent()) {
            return guarded(warm.get(), e -> hand(event, version, e, timeout, 0, 0));
        }
        Environment first = environments.start(event.scope(), version, initTimeout);
        Outcome init = guarded(first, e -> e.sandbox().init());
        if (init instanceof Outcome.Answered) {
            return guarded(first, e -> hand(event, version, e, timeout, 0, init.micros() / 1000.0));
        }
        environments.close(first);
        Environment second = environments.start(event.scope(), version, timeout);
        return guarded(second, e -> initAndHand(event, version, e, timeout));
    }

    private Ended initAndHand(Event event, VersionDocument version, Environment environment, Duration timeout) {
        environment.log().begin();
        environment.log().platform("START RequestId: " + event.requestId() + " Version: " + version.version());
        Outcome init = environment.sandbox().init();
        double spent = init.micros() / 1000.0;
        if (init instanceof Outcome.Answered) {
            return hand(event, version, environment, timeout.minus(Duration.ofNanos(init.micros() * 1000)), spent, 0);
        }
        return new Ended(init, spent, 0, environment);
    }

    private Ended hand(
            Event event, VersionDocument version, Environment environment, Duration left, double spentMillis, double initMillis) {
        if (spentMillis == 0) {
            environment.log().begin();
            environment.log().platform("START RequestId: " + event.requestId() + " Version: " + version.version());
        }
        Instant deadline = clock.instant().plus(left);
        Outcome outcome = environment
                .sandbox()
                .invoke(new Invocation(
                        event.requestId(), event.payload(), deadline, event.invokedArn(), trace(), event.clientContext()));
        return new Ended(outcome, spentMillis + outcome.micros() / 1000.0, initMillis, environment);
    }

    /** Does something with an environment, and ends it if that fails in a way that is nobody's outcome. */
    private <R> R guarded(Environment environment, Function<Environment, R> step) {
        try {
            return step.apply(environment);
        } catch (RuntimeException e) {
            environments.close(environment);
            throw e;
        }
    }

    /** A trace's id is no secret: a quick random source will do. */
    private String trace() {
        var random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        return "Root=1-" + hex.toHexDigits((int) clock.instant().getEpochSecond()) + "-" + hex.toHexDigits(random.nextInt())
                + hex.toHexDigits(random.nextLong()) + ";Parent=" + hex.toHexDigits(random.nextLong()) + ";Sampled=0";
    }

    private Result finish(Event event, VersionDocument version, Ended ended) {
        Environment environment = ended.environment();
        String id = event.requestId();
        String timeout = version.settings().timeoutSeconds() + ".00";
        String status = "";
        byte[] payload;
        boolean again = true;
        switch (ended.outcome()) {
            case Outcome.Answered answered -> payload = answered.payload();
            case Outcome.Errored errored -> {
                payload = errored.payload();
                again = environment.sandbox().init() instanceof Outcome.Answered;
                status = again ? "" : "Status: error\tError Type: " + errored.errorType();
            }
            case Outcome.Exited exited -> {
                String why = exited.outOfMemory() ? "signal: killed" : exited.reason();
                String text = why.isEmpty() ? "Runtime exited without providing a reason" : "Runtime exited with error: " + why;
                environment.log().platform("RequestId: " + id + " Error: " + text);
                environment.log().platform("Runtime.ExitError");
                payload = error("Runtime.ExitError", "RequestId: " + id + " Error: " + text);
                status = "Status: error\tError Type: Runtime.ExitError";
                again = false;
            }
            case Outcome.TimedOut timedOut -> {
                environment.log().platform(clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + id + " Task timed out after "
                        + timeout + " seconds");
                payload = error("Sandbox.Timedout", "RequestId: " + id + " Error: Task timed out after " + timeout + " seconds");
                status = "Status: timeout";
                again = false;
            }
            case Outcome.TooLarge tooLarge ->
                payload = error(
                        "Function.ResponseSizeTooLarge",
                        "Response payload size exceeded maximum allowed payload size (" + RESPONSE_MAX + " bytes).");
        }
        environment.log().platform("END RequestId: " + id);
        environment.log().platform(report(id, version.settings(), ended) + status);
        byte[] tail = environment.log().tail();
        if (again) {
            environments.release(environment);
        } else {
            environments.close(environment);
        }
        return new Result(payload, !(ended.outcome() instanceof Outcome.Answered), version.version(), tail);
    }

    private static String report(String requestId, Settings settings, Ended ended) {
        long billed = (long) Math.ceil(ended.durationMillis() + ended.initMillis());
        var line = new StringBuilder(200).append("REPORT RequestId: ").append(requestId).append("\tDuration: ");
        twoDecimals(line, ended.durationMillis()).append(" ms\tBilled Duration: ").append(billed);
        line.append(" ms\tMemory Size: ").append(settings.memoryMiB()).append(" MB\tMax Memory Used: ");
        line.append(Math.min(ended.environment().sandbox().peakMemoryMiB(), settings.memoryMiB())).append(" MB\t");
        if (ended.initMillis() > 0) {
            twoDecimals(line.append("Init Duration: "), ended.initMillis()).append(" ms\t");
        }
        return line.toString();
    }

    /** As {@code %.2f}, which takes longer than all the rest of the line. */
    private static StringBuilder twoDecimals(StringBuilder to, double number) {
        long hundredths = Math.round(number * 100);
        to.append(hundredths / 100).append('.');
        return hundredths % 100 < 10 ? to.append('0').append(hundredths % 100) : to.append(hundredths % 100);
    }

    private static byte[] error(String type, String message) {
        return ("{\"errorType\":\"" + type + "\",\"errorMessage\":\"" + message + "\"}").getBytes(StandardCharsets.UTF_8);
    }
}
