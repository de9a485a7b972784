package dev.remora.secretsmanager;

import dev.remora.secretsmanager.Secret.Version;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.AwsError;
import dev.remora.wire.Call;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Page;
import dev.remora.wire.Permission;
import dev.remora.wire.Tokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.CreateSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DeleteSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretRequest;
import software.amazon.awssdk.services.secretsmanager.model.DescribeSecretResponse;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsRequest;
import software.amazon.awssdk.services.secretsmanager.model.ListSecretsResponse;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.PutSecretValueResponse;
import software.amazon.awssdk.services.secretsmanager.model.SecretListEntry;
import software.amazon.awssdk.services.secretsmanager.model.Tag;

/** Secrets, found by their name, their ARN, or their ARN without its last letters. */
final class Secrets {
    static final int TAGS_MAX = 50;
    static final int VALUE_MAX_BYTES = 65_536;
    private static final int PAGE = 100;
    private static final int DAYS_MIN = 7;
    private static final int DAYS_MAX = 30;
    private static final int ARN_LETTERS = 6;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@!-]{1,512}");
    static final Pattern ARN = Pattern.compile("arn:aws:secretsmanager:([a-z0-9-]+):(\\d{12}):secret:");
    private final Store store;
    private final Ids ids;

    Secrets(Store store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    CreateSecretResponse create(CreateSecretRequest request, Call call) {
        Scope scope = scope(call);
        String name = request.name() == null ? "" : request.name();
        if (!NAME.matcher(name).matches()) {
            throw SecretErrors.invalid("Invalid name. Must be a valid name containing alphanumeric characters, or any of the"
                    + " following: -/_+=.@!");
        }
        var value = value(
                request.clientRequestToken(),
                List.of(Secret.CURRENT),
                request.secretString(),
                request.secretBinary(),
                call.time());
        var secret = new Secret(
                name,
                arn(scope, name) + "-" + letters(),
                Optional.ofNullable(request.description()).orElse(""),
                value.map(List::of).orElse(List.of()),
                call.time(),
                call.time(),
                Optional.empty(),
                tags(request.tags()),
                "");
        Secret made = store.write(tx -> {
            var old = tx.get(Secret.KIND, scope, name).filter(s -> !s.goneAt(call.time()));
            if (old.isEmpty()) {
                tx.put(Secret.KIND, scope, name, secret);
                return secret;
            }
            if (old.get().deleted().isPresent()) {
                throw SecretErrors.request(
                        "You can't create this secret because a secret with this name is already scheduled for deletion.");
            }
            if (value.isPresent() && repeated(old.get(), value.get())) {
                return old.get();
            }
            throw SecretErrors.exists(name);
        });
        return CreateSecretResponse.builder()
                .arn(made.arn())
                .name(made.name())
                .versionId(value.map(Version::id).orElse(null))
                .build();
    }

    /** Whether the value is there already under the same token: the request was sent again. */
    private static boolean repeated(Secret secret, Version value) {
        return secret.version(value.id()).filter(value::sameValue).isPresent();
    }

    private Optional<Version> value(
            @Nullable String token, List<String> stages, @Nullable String text, @Nullable SdkBytes bytes, Instant now) {
        if (text != null && bytes != null) {
            throw SecretErrors.invalid("You can't specify both a binary secret value and a string secret value in the same"
                    + " secret.");
        }
        if (text == null && bytes == null) {
            return Optional.empty();
        }
        String base64 = bytes == null ? "" : Base64.getEncoder().encodeToString(bytes.asByteArray());
        if (text != null && text.getBytes(StandardCharsets.UTF_8).length > VALUE_MAX_BYTES) {
            throw SecretErrors.invalid("The secret value is longer than " + VALUE_MAX_BYTES + " bytes.");
        }
        return Optional.of(new Version(token == null ? ids.uuid() : token, stages, text == null ? "" : text, base64, now));
    }

    PutSecretValueResponse put(PutSecretValueRequest request, Call call) {
        Scope scope = scope(request.secretId(), call);
        List<String> stages = request.versionStages().isEmpty() ? List.of(Secret.CURRENT) : request.versionStages();
        var value = value(
                        request.clientRequestToken(),
                        stages,
                        request.secretString(),
                        request.secretBinary(),
                        call.time())
                .orElseThrow(() -> SecretErrors.request("You must provide either SecretString or SecretBinary."));
        Secret changed = store.write(tx -> {
            Secret secret = usable(tx, scope, request.secretId(), call.time());
            if (repeated(secret, value)) {
                return secret;
            }
            if (secret.version(value.id()).isPresent()) {
                throw SecretErrors.tokenTaken(value.id(), secret.arn());
            }
            Secret next = secret.plus(value);
            tx.put(Secret.KIND, scope, secret.name(), next);
            return next;
        });
        return PutSecretValueResponse.builder()
                .arn(changed.arn())
                .name(changed.name())
                .versionId(value.id())
                .versionStages(changed.version(value.id()).map(Version::stages).orElse(stages))
                .build();
    }

    GetSecretValueResponse get(GetSecretValueRequest request, Call call) {
        Secret secret = usable(store.view(), scope(request.secretId(), call), request.secretId(), call.time());
        Version version = version(secret, request.versionId(), request.versionStage());
        var answer = GetSecretValueResponse.builder()
                .arn(secret.arn())
                .name(secret.name())
                .versionId(version.id())
                .versionStages(version.stages())
                .createdDate(version.created());
        if (version.base64().isEmpty()) {
            answer.secretString(version.text());
        } else {
            answer.secretBinary(SdkBytes.fromByteArray(Base64.getDecoder().decode(version.base64())));
        }
        return answer.build();
    }

    private static Version version(Secret secret, @Nullable String id, @Nullable String stage) {
        if (id == null) {
            String wanted = stage == null ? Secret.CURRENT : stage;
            return secret.atStage(wanted).orElseThrow(() -> SecretErrors.noValueAtStage(wanted));
        }
        Version version = secret.version(id).orElseThrow(() -> SecretErrors.noValueOfVersion(id));
        if (stage != null && !version.stages().contains(stage)) {
            throw SecretErrors.request(
                    "You provided a VersionStage that is not associated to the provided VersionId.");
        }
        return version;
    }

    DescribeSecretResponse describe(DescribeSecretRequest request, Call call) {
        Secret secret = require(store.view(), scope(request.secretId(), call), request.secretId(), call.time());
        return DescribeSecretResponse.builder()
                .arn(secret.arn())
                .name(secret.name())
                .description(secret.description().isEmpty() ? null : secret.description())
                .createdDate(secret.created())
                .lastChangedDate(secret.changed())
                .deletedDate(secret.deleted().orElse(null))
                .tags(tags(secret.tags()))
                .versionIdsToStages(stages(secret))
                .build();
    }

    DeleteSecretResponse delete(DeleteSecretRequest request, Call call) {
        Scope scope = scope(request.secretId(), call);
        boolean now = Boolean.TRUE.equals(request.forceDeleteWithoutRecovery());
        Long days = request.recoveryWindowInDays();
        if (now && days != null) {
            throw SecretErrors.invalid(
                    "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        }
        if (days != null && (days < DAYS_MIN || days > DAYS_MAX)) {
            throw SecretErrors.invalid("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        }
        Instant when = now ? call.time() : call.time().plus(Duration.ofDays(days == null ? DAYS_MAX : days));
        String asked = request.secretId() == null ? "" : request.secretId();
        Optional<Secret> deleted = store.write(tx -> {
            // Forcing the deletion of what is not there is no mistake, the API reference says.
            if (now && find(tx, scope, asked).isEmpty()) {
                return Optional.<Secret>empty();
            }
            Secret secret = require(tx, scope, request.secretId(), call.time());
            if (now) {
                tx.delete(Secret.KIND, scope, secret.name());
                return Optional.of(secret);
            }
            if (secret.deleted().isPresent()) {
                throw SecretErrors.deleted();
            }
            tx.put(Secret.KIND, scope, secret.name(), secret.deletedAt(when));
            return Optional.of(secret);
        });
        return DeleteSecretResponse.builder()
                .arn(deleted.map(Secret::arn).orElse(arn(scope, asked)))
                .name(deleted.map(Secret::name).orElse(asked))
                .deletionDate(when)
                .build();
    }

    ListSecretsResponse list(ListSecretsRequest request, Call call) {
        boolean planned = Boolean.TRUE.equals(request.includePlannedDeletion());
        var all = store.view().all(Secret.KIND, scope(call)).stream()
                .filter(s -> !s.goneAt(call.time()) && (planned || s.deleted().isEmpty()))
                .toList();
        int size = request.maxResults() == null ? PAGE : request.maxResults();
        var page = Page.of(all, Secret::name, request.nextToken(), size, Tokens.of(call, () -> new AwsError(
                "InvalidNextTokenException", 400, "The NextToken is invalid.")));
        return ListSecretsResponse.builder()
                .secretList(page.items().stream().map(Secrets::entry).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    private static SecretListEntry entry(Secret secret) {
        return SecretListEntry.builder()
                .arn(secret.arn())
                .name(secret.name())
                .description(secret.description().isEmpty() ? null : secret.description())
                .createdDate(secret.created())
                .lastChangedDate(secret.changed())
                .deletedDate(secret.deleted().orElse(null))
                .tags(tags(secret.tags()))
                .secretVersionsToStages(stages(secret))
                .build();
    }

    private static Map<String, List<String>> stages(Secret secret) {
        var map = new TreeMap<String, List<String>>();
        secret.versions().forEach(v -> map.put(v.id(), v.stages()));
        return map;
    }

    /** The ARN that a call touches: a secret's own, or what a secret of the name would begin with. */
    String decided(@Nullable String secretId, Call call) {
        Scope scope = scope(secretId, call);
        String asked = secretId == null ? "" : secretId;
        return find(store.view(), scope, asked)
                .map(Secret::arn)
                .orElse(asked.startsWith("arn:") ? asked : arn(scope, asked.isEmpty() ? "*" : asked));
    }

    /** What a call needs for a secret: the action on its ARN, with its tags. */
    Permission on(String action, @Nullable String secretId, Call call) {
        Map<String, String> tags = find(store.view(), scope(secretId, call), secretId == null ? "" : secretId)
                .map(Secret::tags)
                .orElse(Map.of());
        String arn = decided(secretId, call);
        return new Permission(action, arn, ConditionKeys.owned(tags)
                .tags("secretsmanager:ResourceTag/", tags)
                .with("secretsmanager:SecretId", arn)
                .map());
    }

    /** The condition keys of a request that makes a secret. */
    static ConditionKeys requested(CreateSecretRequest request) {
        var tags = new LinkedHashMap<String, String>();
        request.tags().stream().filter(tag -> tag.key() != null).forEach(tag -> tags.put(tag.key(), tag.value()));
        return ConditionKeys.requested(tags)
                .with("secretsmanager:Name", request.name())
                .with("secretsmanager:Description", request.description());
    }

    /** The current text of a secret; empty if there is none that can be read. */
    Optional<String> current(Scope scope, String secretId, Instant now) {
        return find(store.view(), scope, secretId)
                .filter(s -> s.deleted().isEmpty() && !s.goneAt(now))
                .flatMap(s -> s.atStage(Secret.CURRENT))
                .map(Version::text)
                .filter(text -> !text.isEmpty());
    }

    static Secret usable(View view, Scope scope, @Nullable String secretId, Instant now) {
        Secret secret = require(view, scope, secretId, now);
        if (secret.deleted().isPresent()) {
            throw SecretErrors.deleted();
        }
        return secret;
    }

    static Secret require(View view, Scope scope, @Nullable String secretId, Instant now) {
        return find(view, scope, secretId == null ? "" : secretId)
                .filter(s -> !s.goneAt(now))
                .orElseThrow(SecretErrors::notFound);
    }

    static Optional<Secret> find(View view, Scope scope, String secretId) {
        if (!secretId.startsWith("arn:")) {
            return view.get(Secret.KIND, scope, secretId);
        }
        String prefix = arn(scope, "");
        if (!secretId.startsWith(prefix)) {
            return Optional.empty();
        }
        String last = secretId.substring(prefix.length());
        var byPart = view.get(Secret.KIND, scope, last);
        int dash = last.lastIndexOf('-');
        return byPart.isPresent() || dash < 0
                ? byPart
                : view.get(Secret.KIND, scope, last.substring(0, dash)).filter(s -> s.arn().equals(secretId));
    }

    /** Where a secret is: another account's is only named by its ARN. */
    static Scope scope(@Nullable String secretId, Call call) {
        Matcher arn = ARN.matcher(secretId == null ? "" : secretId);
        return arn.lookingAt() && arn.group(1).equals(call.region()) ? new Scope(arn.group(2), arn.group(1)) : scope(call);
    }

    static String arn(Scope scope, String name) {
        return "arn:aws:secretsmanager:" + scope.region() + ":" + scope.account() + ":secret:" + name;
    }

    private String letters() {
        String all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        var text = new StringBuilder();
        for (int i = 0; i < ARN_LETTERS; i++) {
            text.append(all.charAt(Integer.parseInt(ids.hex(4), 16) % all.length()));
        }
        return text.toString();
    }

    private static Map<String, String> tags(List<Tag> tags) {
        if (tags.size() > TAGS_MAX) {
            throw SecretErrors.invalid("At most " + TAGS_MAX + " tags are allowed on a secret.");
        }
        var map = new TreeMap<String, String>();
        for (Tag tag : tags) {
            if (tag.key() == null) {
                throw SecretErrors.invalid("A tag must have a key.");
            }
            map.put(tag.key(), tag.value() == null ? "" : tag.value());
        }
        return map;
    }

    private static List<Tag> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(t -> Tag.builder().key(t.getKey()).value(t.getValue()).build())
                .toList();
    }

    private static Scope scope(Call call) {
        return new Scope(call.account(), call.region());
    }
}
