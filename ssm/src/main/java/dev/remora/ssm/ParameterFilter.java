package dev.remora.ssm;

import dev.remora.ssm.ParameterDocument.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import software.amazon.awssdk.services.ssm.model.ParameterStringFilter;
import software.amazon.awssdk.services.ssm.model.ParametersFilter;

/** Filters of listings: a key, how to compare, and values of which one must do. */
record ParameterFilter(String key, String option, List<String> values) implements Predicate<ParameterDocument> {
    private static final int MAX_VALUES = 50;
    private static final Set<String> BY_PATH = Set.of("Type", "KeyId", "Label", "DataType");

    static List<ParameterFilter> of(List<ParameterStringFilter> filters, boolean byPath) {
        var keys = new HashSet<String>();
        for (ParameterStringFilter filter : filters) {
            if (!keys.add(filter.key())) {
                throw SsmErrors.of("InvalidFilterKey", "The following filter is duplicated in the request: " + filter.key()
                        + ". A request can contain only one instance of a specific filter.");
            }
        }
        return filters.stream().map(f -> of(f, byPath)).toList();
    }

    private static ParameterFilter of(ParameterStringFilter filter, boolean byPath) {
        String key = filter.key();
        if (key.equals("Label")) {
            throw SsmErrors.of("InvalidFilterKey", "Labels of parameters are not supported by Remora: see docs/coverage.md");
        }
        if (byPath && !BY_PATH.contains(key)) {
            throw SsmErrors.of("InvalidFilterKey", "The following filter key is not valid: " + key
                    + ". Valid filter keys include: [Type, KeyId].");
        }
        String option = filter.option() == null ? key.equals("Path") ? "OneLevel" : "Equals" : filter.option();
        List<String> valid = key.equals("Path") ? List.of("Recursive", "OneLevel")
                : key.equals("Name") ? List.of("BeginsWith", "Contains", "Equals")
                : key.startsWith("tag:") ? List.of("Equals")
                : List.of("BeginsWith", "Equals");
        if (!valid.contains(option)) {
            throw SsmErrors.badFilterOption(option, valid.toString());
        }
        if (!key.startsWith("tag:") && filter.values().isEmpty()) {
            throw SsmErrors.of("InvalidFilterValue", "The following filter values are missing : null for filter key " + key);
        }
        if (filter.values().size() > MAX_VALUES) {
            throw SsmErrors.of("InvalidFilterValue", "A filter can have at most " + MAX_VALUES + " values.");
        }
        List<String> values = key.equals("Path") ? filter.values().stream().map(ParameterName::path).toList() : filter.values();
        return new ParameterFilter(key, option, List.copyOf(values));
    }

    /** The older form: names by their beginning, the others as they are. */
    static ParameterFilter of(ParametersFilter filter) {
        String key = filter.keyAsString();
        return new ParameterFilter(key, key.equals("Name") ? "BeginsWith" : "Equals", filter.values());
    }

    @Override
    public boolean test(ParameterDocument parameter) {
        Version newest = parameter.newest();
        return switch (key) {
            case "Path" -> values.stream().anyMatch(path -> below(parameter.name(), path, option.equals("Recursive")));
            case "Name" -> matches(parameter.name()) || parameter.name().startsWith("/") && matches(parameter.name()
                    .substring(1));
            case "Type" -> matches(newest.type());
            case "KeyId" -> matches(newest.keyId().orElse(""));
            case "Tier" -> matches(newest.tier());
            case "DataType" -> matches(newest.dataType());
            default -> {
                String value = parameter.tags().get(key.substring("tag:".length()));
                yield value != null && (values.isEmpty() || values.contains(value));
            }
        };
    }

    private boolean matches(String text) {
        return switch (option) {
            case "BeginsWith" -> values.stream().anyMatch(text::startsWith);
            case "Contains" -> values.stream().anyMatch(text::contains);
            default -> values.contains(text);
        };
    }

    /** @param path ends with a slash */
    static boolean below(String name, String path, boolean recursive) {
        return name.startsWith(path) && name.length() > path.length()
                && (recursive || name.indexOf('/', path.length()) < 0);
    }
}
