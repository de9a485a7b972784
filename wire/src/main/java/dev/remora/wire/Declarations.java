package dev.remora.wire;

import dev.remora.wire.Operation.Treatment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkField;

/**
 * What the tables say of each parameter, against what requests have. Each service's test asserts that both lists are
 * empty.
 */
public final class Declarations {
    private Declarations() {}

    /**
     * Request members that are declared neither enforced nor recorded nor refused, as {@code CreateVpc.CidrBlock}.
     */
    public static List<String> undeclared(Operations operations) {
        List<String> missing = new ArrayList<>();
        for (Operation<?, ?> operation : operations.all()) {
            for (String member : members(operation)) {
                if (!operation.parameters().containsKey(member)) {
                    missing.add(operation.name() + "." + member);
                }
            }
        }
        return missing;
    }

    /** Declared names that no request has: slips of the pen. */
    public static List<String> unknown(Operations operations) {
        List<String> unknown = new ArrayList<>();
        for (Operation<?, ?> operation : operations.all()) {
            Set<String> members = members(operation);
            operation.parameters().keySet().stream()
                    .filter(name -> !members.contains(name))
                    .forEach(name -> unknown.add(operation.name() + "." + name));
        }
        return unknown;
    }

    /** Operations of which the table does not say what their permission is about, as {@code CreateVpc}. */
    public static List<String> withoutResources(Operations operations) {
        return operations.all().stream().filter(o -> !o.declaresResources()).map(Operation::name).toList();
    }

    static Set<String> members(Operation<?, ?> operation) {
        Set<String> names = new LinkedHashSet<>();
        for (SdkField<?> field : new Binding(operation.request()).newRequest().sdkFields()) {
            names.add(field.memberName());
        }
        return names;
    }

    static List<String> treated(Operation<?, ?> operation, Treatment treatment) {
        return operation.parameters().entrySet().stream()
                .filter(e -> e.getValue() == treatment)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    static List<Operations> sorted(Collection<Operations> services) {
        return services.stream()
                .sorted(Comparator.comparing(o -> o.service().signingName()))
                .toList();
    }
}
