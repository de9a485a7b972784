package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.wire.Call;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A layer as a request names it: a bare name, or its ARN, perhaps with a version.
 *
 * @param version the number behind the ARN, if there is one
 */
record LayerName(String account, String region, String name, Optional<Long> version) {
    static final int LENGTH_MAX = 140;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9-_]+");
    private static final Pattern ARN = Pattern.compile(
            "arn:aws[a-zA-Z-]*:lambda:(?<region>[a-zA-Z0-9-]+):(?<account>\\d{12}):layer:(?<name>[a-zA-Z0-9-_]+)"
                    + "(?::(?<version>[0-9]{1,18}))?");

    /** The layer, or the version of it, that an ARN names. */
    static Optional<LayerName> ofArn(String arn) {
        Matcher form = ARN.matcher(arn);
        return form.matches()
                ? Optional.of(new LayerName(
                        form.group("account"), form.group("region"), form.group("name"),
                        Optional.ofNullable(form.group("version")).map(Long::valueOf)))
                : Optional.empty();
    }

    /** Region and account come from the call where the text leaves them out. */
    static LayerName parse(@Nullable String given, Call call) {
        String text = given == null ? "" : given;
        if (text.length() > LENGTH_MAX) {
            throw Refusal.validation(text, "layerName", "Member must have length less than or equal to " + LENGTH_MAX);
        }
        if (NAME.matcher(text).matches()) {
            return new LayerName(call.account(), call.region(), text, Optional.empty());
        }
        return ofArn(text).orElseThrow(() -> Refusal.validation(
                text, "layerName", "Member must satisfy regular expression pattern: ("
                        + ARN.pattern().replaceAll("\\?<[a-z]+>", "") + ")|(" + NAME.pattern() + ")"));
    }

    static LayerName version(@Nullable String given, @Nullable Long version, Call call) {
        LayerName layer = parse(given, call);
        return new LayerName(layer.account, layer.region, layer.name, Optional.of(version == null ? 0 : version));
    }

    Scope scope() {
        return new Scope(account, region);
    }

    String layerArn() {
        return "arn:aws:lambda:" + region + ":" + account + ":layer:" + name;
    }

    /** With the version, if there is one. */
    String arn() {
        return version.map(v -> layerArn() + ":" + v).orElse(layerArn());
    }

    /** Under which the version's document is stored. */
    String id() {
        return LayerVersionDocument.id(name, version.orElse(0L));
    }
}
