package dev.remora.ssm;

import dev.remora.wire.Call;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request calls a parameter by: its name or its ARN, and behind a colon perhaps one of its versions.
 *
 * @param candidates names that it may mean; an ARN does not tell {@code /a} from {@code a}
 * @param selector the version behind the colon, or empty
 */
record ParameterName(List<String> candidates, String selector) {
    /** Levels of a hierarchy ("Working with parameter hierarchies"). */
    static final int MAX_LEVELS = 15;

    /** Characters of a name as a part of an ARN ("PutParameter"). */
    private static final int MAX_ARN = 1011;

    /** Possessive, as a loop that may step back takes stack frames for each level. */
    private static final Pattern SHAPE = Pattern.compile("/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*+");

    private static final Pattern PATH = Pattern.compile("/|(/[a-zA-Z0-9_.-]+)++/?");

    /** Takes apart what names a parameter to read, which may be somebody else's only by an ARN. */
    static ParameterName toRead(String given, Call call) {
        String prefix = arn(call.region(), call.account(), "");
        String publicPrefix = arn(call.region(), "", "");
        if (given.startsWith("arn:")) {
            boolean own = given.startsWith(prefix + "/");
            if (!own && !given.startsWith(publicPrefix + PublicParameters.PATH)) {
                throw SsmErrors.notFound();
            }
            String rest = given.substring(own ? prefix.length() : publicPrefix.length());
            int colon = rest.indexOf(':');
            String name = colon < 0 ? rest : rest.substring(0, colon);
            return new ParameterName(List.of(name, name.substring(1)), colon < 0 ? "" : rest.substring(colon + 1));
        }
        int colon = given.indexOf(':');
        String name = colon < 0 ? given : given.substring(0, colon);
        if (!SHAPE.matcher(name).matches() || relativePath(name) || hasPrefix(name, "ssm")) {
            throw SsmErrors.badName();
        }
        return new ParameterName(List.of(name), colon < 0 ? "" : given.substring(colon + 1));
    }

    /** Checks the name of a parameter to write. */
    static void toWrite(String name, Call call) {
        if (hasPrefix(name, "aws")) {
            throw SsmErrors.reserved(name);
        }
        if (relativePath(name)) {
            throw SsmErrors.notQualified();
        }
        if (!SHAPE.matcher(name).matches() || hasPrefix(name, "ssm")) {
            throw SsmErrors.badName();
        }
        if (levels(name) > MAX_LEVELS) {
            throw SsmErrors.of("HierarchyLevelLimitExceededException",
                    "A hierarchy can have a maximum of " + MAX_LEVELS + " levels. You have " + levels(name) + " levels.");
        }
        if (arn(call.region(), call.account(), name).length() > MAX_ARN) {
            throw SsmErrors.invalid("The parameter name, as part of its ARN, can have at most " + MAX_ARN + " characters.");
        }
    }

    /** A path to list below, ending with a slash. */
    static String path(String path) {
        if (!PATH.matcher(path).matches()) {
            throw SsmErrors.badPath();
        }
        return path.endsWith("/") ? path : path + "/";
    }

    private static boolean relativePath(String name) {
        return name.indexOf('/') > 0;
    }

    private static boolean hasPrefix(String name, String prefix) {
        String bare = name.startsWith("/") ? name.substring(1) : name;
        return bare.toLowerCase(Locale.ROOT).startsWith(prefix);
    }

    private static long levels(String name) {
        return name.chars().filter(c -> c == '/').count() + (name.startsWith("/") ? 0 : 1);
    }

    static boolean isPublic(String name) {
        return name.startsWith(PublicParameters.PATH);
    }

    /** The ARN; AWS's own parameters have no account. */
    static String arn(String region, String account, String name) {
        String tail = name.isEmpty() || name.startsWith("/") ? name : "/" + name;
        return "arn:aws:ssm:" + region + ":" + (isPublic(name) ? "" : account) + ":parameter" + tail;
    }

    /** The caller's own parameter that is meant, whatever else is wrong with the request. */
    static ParameterName own(@Nullable String given, Call call) {
        String text = given == null ? "" : given;
        String prefix = arn(call.region(), call.account(), "");
        boolean whole = text.startsWith(prefix + "/");
        String rest = whole ? text.substring(prefix.length()) : text;
        int colon = rest.indexOf(':');
        String name = colon < 0 ? rest : rest.substring(0, colon);
        return new ParameterName(whole ? List.of(name, name.substring(1)) : List.of(name), "");
    }

    /** The resource that IAM decides on, for a name that may be malformed: the operation itself says so. */
    static String decided(Call call, String given) {
        if (given.startsWith("arn:")) {
            return given;
        }
        int colon = given.indexOf(':');
        return arn(call.region(), call.account(), colon < 0 ? given : given.substring(0, colon));
    }
}
