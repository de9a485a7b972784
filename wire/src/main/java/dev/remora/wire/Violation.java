package dev.remora.wire;

import java.util.List;

/**
 * A constraint that a value breaks, in the words of AWS's front door.
 *
 * @param value the value in quotation marks, {@code null} without, or empty for one that must not be shown
 * @param path of the member, each name with a small first letter, e.g. {@code vpcConfig.subnetIds}
 * @param constraint e.g. {@code Member must have length less than or equal to 64}
 */
public record Violation(String value, String path, String constraint) {
    /** A violation that shows its value. */
    public static Violation of(Object value, String path, String constraint) {
        return new Violation("'" + value + "'", path, constraint);
    }

    /** "2 validation errors detected: Value … failed to satisfy constraint: …; Value …". */
    public static String text(List<Violation> violations) {
        var out = new StringBuilder().append(violations.size()).append(" validation error");
        out.append(violations.size() == 1 ? "" : "s").append(" detected: ");
        for (int i = 0; i < violations.size(); i++) {
            Violation v = violations.get(i);
            out.append(i == 0 ? "" : "; ")
                    .append("Value ")
                    .append(v.value())
                    .append(v.value().isEmpty() ? "" : " ");
            out.append("at '")
                    .append(v.path())
                    .append("' failed to satisfy constraint: ")
                    .append(v.constraint());
        }
        return out.toString();
    }
}
