package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as a request names it: a bare name, a partial ARN ({@code account:function:name}) or a whole one, each with or
 * without a qualifier behind it.
 *
 * @param qualifier a version or {@code $LATEST}, as asked for
 */
record FunctionName(String account, String region, String name, Optional<String> qualifier) {
    static final String LATEST = "$LATEST";
    static final int NAME_LENGTH_MAX = 64;
    static final int ARN_LENGTH_MAX = 140;

    private static final String TEXT = "(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?"
            + "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
    private static final Pattern FORM = Pattern.compile("(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?"
            + "(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\\d):)?(?:(\\d{12}):)?(?:function:)?"
            + "([a-zA-Z0-9-_]+)(?::(\\$LATEST|[a-zA-Z0-9-_]+))?");

    /** Groups of the form. By names they would be looked up in a map that is made anew for each. */
    private static final int REGION = 1;

    private static final int ACCOUNT = 2;
    private static final int NAME = 3;
    private static final int QUALIFIER = 4;

    /** Whether a text is the ARN of a function, perhaps with a qualifier. */
    static boolean isFunction(String arn) {
        return arn.startsWith("arn:") && FORM.matcher(arn).matches();
    }

    /** Parses without looking at who asks; region and account come from the call where the text leaves them out. */
    static FunctionName parse(@Nullable String given, @Nullable String qualifier, Call call) {
        String text = given == null ? "" : given;
        if (text.length() > ARN_LENGTH_MAX) {
            throw Refusal.validation(
                    text, "functionName", "Member must have length less than or equal to " + ARN_LENGTH_MAX);
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw Refusal.validation(text, "functionName", "Member must satisfy regular expression pattern: " + TEXT);
        }
        String name = form.group(NAME);
        if (name.length() > NAME_LENGTH_MAX) {
            throw Refusal.invalid(Refusal.constraintText(
                    name, "functionName", "Member must have length less than or equal to " + NAME_LENGTH_MAX));
        }
        String derived = form.group(QUALIFIER);
        if (derived != null && qualifier != null && !derived.equals(qualifier)) {
            throw Refusal.invalid("The derived qualifier from the function name does not match the specified qualifier.");
        }
        return new FunctionName(
                Optional.ofNullable(form.group(ACCOUNT)).orElse(call.account()),
                Optional.ofNullable(form.group(REGION)).orElse(call.region()),
                name,
                Optional.ofNullable(derived != null ? derived : qualifier));
    }

    /**
     * Parses, and refuses a function of another region. Whether the caller may do something to a function of another account was
     * decided before, by the function's policy.
     */
    static FunctionName reach(@Nullable String given, @Nullable String qualifier, Call call) {
        FunctionName name = parse(given, qualifier, call);
        if (!name.region.equals(call.region())) {
            throw new AwsError(
                    "ResourceNotFoundException",
                    404,
                    "Functions from '" + name.region + "' are not reachable in this region ('" + call.region() + "')");
        }
        return name;
    }

    /** As {@link #reach}, for an operation whose permission is not about the function, so that no policy of it could help. */
    static FunctionName own(@Nullable String given, Call call, String action) {
        FunctionName name = reach(given, null, call);
        if (!name.account.equals(call.account())) {
            throw Refusal.denied("User: " + call.principal().arn() + " is not authorized to perform: " + action + " on resource: "
                    + name.asked() + " because no resource-based policy allows the " + action + " action");
        }
        return name;
    }

    /** What {@link #asked} gave. */
    static FunctionName ofArn(String arn) {
        String[] parts = arn.split(":");
        return new FunctionName(parts[4], parts[3], parts[6], parts.length > 7 ? Optional.of(parts[7]) : Optional.empty());
    }

    Scope scope() {
        return new Scope(account, region);
    }

    /** The version that is meant. */
    String version() {
        return qualifier.orElse(LATEST);
    }

    String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":function:" + name;
    }

    /** The ARN with the qualifier that was asked for, if one was. */
    String asked() {
        return qualifier.map(q -> arn() + ":" + q).orElse(arn());
    }

    static String arn(Scope scope, String name) {
        return "arn:aws:lambda:" + scope.region() + ":" + scope.account() + ":function:" + name;
    }
}
