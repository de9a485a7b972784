package dev.remora.wire;

import dev.remora.wire.Operation.Treatment;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The coverage page of the documentation, written from the tables themselves so that it cannot say what they do not.
 */
public final class Coverage {
    private Coverage() {}

    /** The page in Markdown; the same tables give the same text. */
    public static String markdown(Collection<Operations> services) {
        var page = new StringBuilder();
        page.append("# Coverage\n\n");
        page.append(
                "What Remora answers, operation by operation. It is generated from the tables that the server runs on;"
                        + " a test fails\n");
        page.append(
                "when the two differ. An operation that is not listed is answered with an error that names it.\n\n");
        page.append("- **enforced**: the parameter has the effect that AWS documents.\n");
        page.append("- **recorded**: the parameter is kept and returned, and has no effect here.\n");
        page.append("- **refused**: a request with the parameter is answered with an error that names it.\n\n");
        page.append("| service | supported | in AWS's model |\n| --- | ---: | ---: |\n");
        List<Operations> sorted = Declarations.sorted(services);
        for (Operations service : sorted) {
            int known = Constraints.of(service.service().model()).names.size();
            page.append("| [")
                    .append(service.service().signingName())
                    .append("](#")
                    .append(service.service().signingName())
                    .append(") | ");
            page.append(service.all().size())
                    .append(" | ")
                    .append(known == 0 ? "–" : Integer.toString(known))
                    .append(" |\n");
        }
        sorted.forEach(service -> service(page, service));
        return page.toString();
    }

    private static void service(StringBuilder page, Operations service) {
        page.append("\n## ").append(service.service().signingName()).append("\n\n");
        page.append("| operation | enforced | recorded | refused |\n| --- | --- | --- | --- |\n");
        Map<String, String> spelled = spellings(service.service().model());
        for (Operation<?, ?> operation : service.all()) {
            String name = spelled.getOrDefault(operation.name().toLowerCase(Locale.ROOT), operation.name());
            page.append("| `").append(name).append("` | ");
            page.append(cell(operation, Treatment.ENFORCED)).append(" | ");
            page.append(cell(operation, Treatment.RECORDED)).append(" | ");
            page.append(cell(operation, Treatment.REFUSED)).append(" |\n");
        }
    }

    /** AWS's spelling of operations: the SDK's classes say CreateDbInstance where AWS says CreateDBInstance. */
    private static Map<String, String> spellings(String model) {
        Map<String, String> spelled = new TreeMap<>();
        Constraints.of(model).names.forEach(name -> spelled.put(name.toLowerCase(Locale.ROOT), name));
        return spelled;
    }

    private static String cell(Operation<?, ?> operation, Treatment treatment) {
        List<String> names = Declarations.treated(operation, treatment);
        return names.isEmpty() ? "" : String.join(", ", names);
    }
}
