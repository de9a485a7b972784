package dev.remora.ssm;

import static dev.remora.ssm.ParameterDocument.KIND;
import static dev.remora.ssm.ParameterDocument.SECURE;

import dev.remora.ssm.ParameterDocument.Version;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.model.DeleteParameterRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParameterResponse;
import software.amazon.awssdk.services.ssm.model.DeleteParametersRequest;
import software.amazon.awssdk.services.ssm.model.DeleteParametersResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterHistoryResponse;
import software.amazon.awssdk.services.ssm.model.GetParameterRequest;
import software.amazon.awssdk.services.ssm.model.GetParameterResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.PutParameterRequest;
import software.amazon.awssdk.services.ssm.model.PutParameterResponse;

/** Parameters one by one: written, read by name and version, deleted. */
final class Parameters {
    /** Parameters of an account in a region ("Systems Manager endpoints and quotas"). */
    static final int MAX_PARAMETERS = 10_000;

    private static final int MAX_STANDARD = 4096;
    private static final int MAX_ADVANCED = 8192;
    private static final int MAX_HISTORY_PAGE = 50;
    private static final int SEALED_BYTES = 96;
    private static final String DEFAULT_KEY = "alias/aws/ssm";
    private static final String IMAGE = "aws:ec2:image";
    private static final Pattern IMAGE_ID = Pattern.compile("ami-[0-9a-f]{8}([0-9a-f]{9})?");

    private final Store store;
    private final Ids ids;
    private final PublicParameters published;
    private final Instant publishedSince;

    Parameters(Store store, Ids ids, PublicParameters published, Instant publishedSince) {
        this.store = store;
        this.ids = ids;
        this.published = published;
        this.publishedSince = publishedSince;
    }

    PutParameterResponse put(PutParameterRequest request, Call call) {
        String name = request.name();
        ParameterName.toWrite(name, call);
        boolean overwrite = Boolean.TRUE.equals(request.overwrite());
        if (overwrite && request.hasTags() && !request.tags().isEmpty()) {
            throw SsmErrors.invalid("Invalid request: tags and overwrite can't be used together. To create a parameter with"
                    + " tags, please"
                    + " remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or"
                    + " RemoveTagsFromResource.");
        }
        Map<String, String> tags = ParameterTags.with(Map.of(), request.tags());
        Optional.ofNullable(request.allowedPattern()).filter(p -> !p.isEmpty())
                .ifPresent(pattern -> AllowedPattern.check(pattern, request.value()));
        Scope scope = ParameterDocument.scope(call);
        Version written = store.write(t -> {
            Optional<ParameterDocument> present = t.get(KIND, scope, name);
            if (present.isPresent() && !overwrite) {
                throw SsmErrors.alreadyExists();
            }
            if (present.isEmpty() && t.count(KIND, scope) >= MAX_PARAMETERS) {
                throw SsmErrors.of("ParameterLimitExceeded", "You have exceeded the number of parameters for this AWS"
                        + " account. Delete one"
                        + " or more parameters and try again.");
            }
            Version version = version(request, call, present.map(ParameterDocument::newest));
            t.put(KIND, scope, name, present.map(p -> p.with(version))
                    .orElseGet(() -> new ParameterDocument(name, List.of(version), tags)));
            return version;
        });
        return PutParameterResponse.builder().version(written.number()).tier(written.tier()).build();
    }

    /** What is not said anew stays as it was, but for the value. */
    private Version version(PutParameterRequest request, Call call, Optional<Version> before) {
        String type = request.type() != null ? request.typeAsString() : before.map(Version::type).orElse("");
        if (type.isEmpty()) {
            throw SsmErrors.invalid("A parameter type is required when you create a parameter.");
        }
        boolean secure = type.equals(SECURE);
        if (request.keyId() != null && !secure) {
            throw SsmErrors.invalid("KeyId is only applicable for " + SECURE + " parameters.");
        }
        String dataType = request.dataType() != null ? request.dataType() : before.map(Version::dataType).orElse("text");
        checkValue(request.value(), dataType, type);
        Optional<String> keyId = secure
                ? Optional.of(request.keyId() != null ? request.keyId() : before.flatMap(Version::keyId).orElse(DEFAULT_KEY))
                : Optional.empty();
        return new Version(before.map(Version::number).orElse(0L) + 1, type, request.value(), secure ? seal() : "", keyId,
                said(request.description()).or(() -> before.flatMap(Version::description)),
                said(request.allowedPattern()).or(() -> before.flatMap(Version::allowedPattern)),
                tier(request, before), dataType, call.time(), call.principal().arn());
    }

    private static Optional<String> said(@Nullable String text) {
        return Optional.ofNullable(text);
    }

    /** Something that looks like what KMS makes, and from which nobody learns the value: it is random. */
    private String seal() {
        return "AQICAH" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(ids.hex(2 * SEALED_BYTES)));
    }

    private static void checkValue(String value, String dataType, String type) {
        if (value.isEmpty()) {
            throw SsmErrors.invalid("1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member"
                    + " must have"
                    + " length greater than or equal to 1");
        }
        if (!dataType.equals("text") && !dataType.equals(IMAGE)) {
            throw SsmErrors.invalid(
                    "The following data type is not supported: " + dataType + " (Data type names are all lowercase)");
        }
        if (dataType.equals(IMAGE) && !(type.equals("String") && IMAGE_ID.matcher(value).matches())) {
            throw SsmErrors.invalid("The parameter value " + value + " of data type " + IMAGE + " must be the id of an image.");
        }
    }

    private static String tier(PutParameterRequest request, Optional<Version> before) {
        int length = request.value().length();
        ParameterTier asked = request.tier() != null ? request.tier()
                : before.map(v -> ParameterTier.fromValue(v.tier())).orElse(ParameterTier.STANDARD);
        boolean advanced = asked == ParameterTier.ADVANCED || asked == ParameterTier.INTELLIGENT_TIERING && length > MAX_STANDARD;
        if (advanced && length > MAX_ADVANCED) {
            throw SsmErrors.invalid(
                    "Advanced tier parameters support a maximum parameter value of " + MAX_ADVANCED + " characters.");
        }
        if (!advanced && length > MAX_STANDARD) {
            throw SsmErrors.invalid("Standard tier parameters support a maximum parameter value of " + MAX_STANDARD
                    + " characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter"
                    + " tier. For"
                    + " more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                    + "parameter-store-advanced-parameters.html");
        }
        return advanced ? "Advanced" : "Standard";
    }

    GetParameterResponse get(GetParameterRequest request, Call call) {
        return GetParameterResponse.builder()
                .parameter(read(request.name(), decrypted(request.withDecryption()), call))
                .build();
    }

    GetParametersResponse getMany(GetParametersRequest request, Call call) {
        var found = new TreeMap<String, Parameter>();
        var invalid = new ArrayList<String>();
        for (String name : new LinkedHashSet<>(request.names())) {
            try {
                found.put(name, read(name, decrypted(request.withDecryption()), call));
            } catch (AwsError absent) {
                if (!absent.code().equals("ParameterNotFound") && !absent.code().equals("ParameterVersionNotFound")) {
                    throw absent;
                }
                invalid.add(name);
            }
        }
        return GetParametersResponse.builder().parameters(found.values()).invalidParameters(invalid).build();
    }

    private Parameter read(String given, boolean decrypted, Call call) {
        ParameterName name = ParameterName.toRead(given, call);
        String first = name.candidates().getFirst();
        if (ParameterName.isPublic(first)) {
            String value = published.in(call.region()).get(first);
            if (value == null) {
                throw SsmErrors.notFound();
            }
            return describePublic(first, value, call);
        }
        ParameterDocument parameter = ParameterDocument.find(store.view(), ParameterDocument.scope(call), name)
                .orElseThrow(SsmErrors::notFound);
        Version version = parameter.version(name.selector())
                .orElseThrow(() -> SsmErrors.noVersion(parameter.name(), name.selector()));
        return describe(parameter, version, name.selector(), decrypted, call);
    }

    static boolean decrypted(@Nullable Boolean asked) {
        return Boolean.TRUE.equals(asked);
    }

    static Parameter describe(ParameterDocument parameter, Version version, String selector, boolean decrypted, Call call) {
        return Parameter.builder()
                .name(parameter.name())
                .type(version.type())
                .value(version.shown(decrypted))
                .version(version.number())
                .selector(selector.isEmpty() ? null : ":" + selector)
                .lastModifiedDate(version.modified())
                .arn(ParameterName.arn(call.region(), call.account(), parameter.name()))
                .dataType(version.dataType())
                .build();
    }

    private Parameter describePublic(String name, String value, Call call) {
        return Parameter.builder()
                .name(name)
                .type("String")
                .value(value)
                .version(1L)
                .lastModifiedDate(publishedSince)
                .arn(ParameterName.arn(call.region(), call.account(), name))
                .dataType("text")
                .build();
    }

    /** AWS's own parameters below a path. */
    List<Parameter> publicBelow(String path, Call call) {
        return published.in(call.region()).entrySet().stream()
                .filter(e -> e.getKey().startsWith(path))
                .map(e -> describePublic(e.getKey(), e.getValue(), call))
                .toList();
    }

    GetParameterHistoryResponse history(GetParameterHistoryRequest request, Call call) {
        ParameterName name = ParameterName.toRead(request.name(), call);
        ParameterDocument parameter = ParameterDocument.find(store.view(), ParameterDocument.scope(call), name)
                .orElseThrow(SsmErrors::notFound);
        Page<Version> page = Page.of(parameter.versions(), v -> "%019d".formatted(v.number()), request.nextToken(),
                request.maxResults() == null ? MAX_HISTORY_PAGE : request.maxResults(), Tokens.of(call, SsmErrors::badToken));
        boolean decrypted = decrypted(request.withDecryption());
        return GetParameterHistoryResponse.builder()
                .parameters(page.items().stream().map(v -> history(parameter.name(), v, decrypted)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    private static ParameterHistory history(String name, Version version, boolean decrypted) {
        return ParameterHistory.builder()
                .name(name)
                .type(version.type())
                .keyId(version.keyId().orElse(null))
                .lastModifiedDate(version.modified())
                .lastModifiedUser(version.modifiedBy())
                .description(version.description().orElse(null))
                .value(version.shown(decrypted))
                .allowedPattern(version.allowedPattern().orElse(null))
                .version(version.number())
                .labels(List.of())
                .tier(version.tier())
                .policies(List.of())
                .dataType(version.dataType())
                .build();
    }

    DeleteParameterResponse delete(DeleteParameterRequest request, Call call) {
        if (!delete(List.of(request.name()), call).isEmpty()) {
            return DeleteParameterResponse.builder().build();
        }
        throw SsmErrors.notFound();
    }

    DeleteParametersResponse deleteMany(DeleteParametersRequest request, Call call) {
        var names = new LinkedHashSet<>(request.names());
        List<String> deleted = delete(List.copyOf(names), call);
        names.removeAll(deleted);
        return DeleteParametersResponse.builder().deletedParameters(deleted).invalidParameters(names).build();
    }

    private List<String> delete(List<String> names, Call call) {
        Scope scope = ParameterDocument.scope(call);
        return store.write(t -> {
            List<String> there = names.stream().filter(n -> t.get(KIND, scope, n).isPresent()).toList();
            there.forEach(n -> t.delete(KIND, scope, n));
            return there;
        });
    }
}
