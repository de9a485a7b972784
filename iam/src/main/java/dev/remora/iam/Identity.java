package dev.remora.iam;

import java.util.List;
import java.util.Map;

/** What policies are attached to. */
sealed interface Identity permits Role, User, Group {
    String account();

    String name();

    /** Begins and ends with a slash. */
    String path();

    /** The unique id, which another identity of the same name never has. */
    String id();

    String arn();

    /** ARNs of managed policies, in the order of their attachment. */
    List<String> attached();

    /** Documents by the names of inline policies. */
    Map<String, String> inline();

    /** Groups have none. */
    default Map<String, String> tags() {
        return Map.of();
    }

    /** The ARN of the permissions boundary, or empty; groups have none. */
    default String boundary() {
        return "";
    }
}
