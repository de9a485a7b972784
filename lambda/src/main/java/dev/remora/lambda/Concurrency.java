package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Call;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionConcurrencyResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionConcurrencyResponse;

/**
 * How many events may be worked on at once: a function's own reserve, or what the account's limit leaves for all functions
 * without one. An invocation takes a place by counting an atomic number up and looks whether that was too much.
 */
final class Concurrency {
    /** Of an account in a region. */
    static final int ACCOUNT_MAX = 1000;

    /** Reserving must leave this much for functions without a reserve. */
    static final int UNRESERVED_MIN = 100;

    private final Store store;
    private final Total<FunctionDocument> reserved = new Total<>(FunctionDocument.KIND, f -> f.reserved().orElse(0));

    /** By account, region and function in one text, which is looked up faster than a record of them. */
    private final ConcurrentHashMap<String, AtomicInteger> counts = new ConcurrentHashMap<>();

    Concurrency(Store store) {
        this.store = store;
    }

    /** A place that must be given back. */
    @FunctionalInterface
    interface Permit extends AutoCloseable {
        @Override
        void close();
    }

    /** Takes a place for one event of a function, or refuses it with what AWS says of a throttled one. */
    Permit take(Scope scope, String function) {
        var view = store.view();
        Optional<Integer> reserved = view.get(FunctionDocument.KIND, scope, function).flatMap(FunctionDocument::reserved);
        if (reserved.isPresent()) {
            return take(place(scope, function), reserved.get(), "ReservedFunctionConcurrentInvocationLimitExceeded");
        }
        int left = ACCOUNT_MAX - reservedIn(view, scope);
        return take(place(scope, ""), left, "ConcurrentInvocationLimitExceeded");
    }

    /** Whether nothing of the function may run at all, its reserve being zero. */
    boolean none(Scope scope, String function) {
        return store.view()
                .get(FunctionDocument.KIND, scope, function)
                .flatMap(FunctionDocument::reserved)
                .equals(Optional.of(0));
    }

    /** @param function empty for all functions without a reserve */
    private static String place(Scope scope, String function) {
        return scope.account() + '/' + scope.region() + '/' + function;
    }

    private Permit take(String place, int limit, String reason) {
        AtomicInteger count = counts.computeIfAbsent(place, p -> new AtomicInteger());
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            throw Refusal.throttled(reason);
        }
        return count::decrementAndGet;
    }

    private int reservedIn(View view, Scope scope) {
        return (int) reserved.in(view, scope);
    }

    int unreserved(Scope scope) {
        return ACCOUNT_MAX - reservedIn(store.view(), scope);
    }

    PutFunctionConcurrencyResponse put(PutFunctionConcurrencyRequest request, Call call) {
        FunctionName name = unqualified(request.functionName(), call);
        int wanted = request.reservedConcurrentExecutions() == null ? 0 : request.reservedConcurrentExecutions();
        if (wanted < 0) {
            throw Refusal.validation(
                    wanted, "reservedConcurrentExecutions", "Member must have value greater than or equal to 0");
        }
        store.write(tx -> {
            FunctionDocument function = tx.get(FunctionDocument.KIND, name.scope(), name.name())
                    .orElseThrow(() -> Refusal.functionNotFound(name.arn() + ":" + FunctionName.LATEST));
            int others = reservedIn(tx, name.scope()) - function.reserved().orElse(0);
            if (ACCOUNT_MAX - others - wanted < UNRESERVED_MIN) {
                throw Refusal.invalid("Specified ReservedConcurrentExecutions for function decreases account's"
                        + " UnreservedConcurrentExecution below its minimum value of [" + UNRESERVED_MIN + "].");
            }
            tx.put(FunctionDocument.KIND, name.scope(), name.name(), function.reserving(Optional.of(wanted)));
            return true;
        });
        return PutFunctionConcurrencyResponse.builder().reservedConcurrentExecutions(wanted).build();
    }

    GetFunctionConcurrencyResponse get(GetFunctionConcurrencyRequest request, Call call) {
        FunctionName name = unqualified(request.functionName(), call);
        FunctionDocument function = store.view()
                .get(FunctionDocument.KIND, name.scope(), name.name())
                .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
        var answer = GetFunctionConcurrencyResponse.builder();
        function.reserved().ifPresent(answer::reservedConcurrentExecutions);
        return answer.build();
    }

    DeleteFunctionConcurrencyResponse delete(DeleteFunctionConcurrencyRequest request, Call call) {
        FunctionName name = unqualified(request.functionName(), call);
        store.write(tx -> {
            FunctionDocument function = tx.get(FunctionDocument.KIND, name.scope(), name.name())
                    .orElseThrow(() -> Refusal.functionNotFound(name.arn()));
            tx.put(FunctionDocument.KIND, name.scope(), name.name(), function.reserving(Optional.empty()));
            return true;
        });
        return DeleteFunctionConcurrencyResponse.builder().build();
    }

    private static FunctionName unqualified(String given, Call call) {
        FunctionName name = FunctionName.reach(given, null, call);
        if (name.qualifier().isPresent()) {
            throw Refusal.invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this"
                    + " operation. Please specify either a function name or an unqualified function ARN.");
        }
        return name;
    }
}
