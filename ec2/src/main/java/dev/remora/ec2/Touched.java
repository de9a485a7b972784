package dev.remora.ec2;

import dev.remora.store.Scope;
import dev.remora.store.View;
import dev.remora.vpc.Tagged;
import dev.remora.vpc.Vpc;
import dev.remora.wire.ConditionKeys;
import dev.remora.wire.Permission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.services.ec2.model.IamInstanceProfileSpecification;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What a call touches, in the order in which it is asked for. Each thing takes a permission with condition keys of its own; what
 * is named but is not there has its id and nothing else, so that only who may act on all such things learns that it is not there.
 *
 * <p>A thing that is about to be made is called {@code *}, in its ARN and in the key of its id. Tags that it is given take the
 * permission {@code ec2:CreateTags} as well, with {@code ec2:CreateAction}. (Amazon EC2 User Guide, "Grant permission to tag
 * Amazon EC2 resources during creation".)
 */
final class Touched {
    private static final String NEW = "*";
    private static final String CREATE_TAGS = "ec2:CreateTags";

    /**
     * @param labelled whether it is made with tags
     * @param document nothing of what is not there
     */
    private record Thing(
            String action, String arn, ConditionKeys keys, boolean labelled, Optional<? extends Tagged<?>> document) {}

    private final String action;
    private final Scope scope;
    private final View view;
    private final InstanceRoles roles;
    private final List<Thing> things = new ArrayList<>();

    Touched(String action, Scope scope, View view, InstanceRoles roles) {
        this.action = action;
        this.roles = roles;
        this.scope = scope;
        this.view = view;
    }

    Scope scope() {
        return scope;
    }

    View view() {
        return view;
    }

    List<Permission> permissions() {
        if (things.isEmpty()) {
            return List.of(new Permission(action, "*", Map.of()));
        }
        List<Permission> needed = new ArrayList<>();
        things.forEach(thing -> needed.add(new Permission(thing.action(), thing.arn(), thing.keys().map())));
        for (Thing thing : things) {
            if (thing.labelled()) {
                ConditionKeys keys = new ConditionKeys()
                        .and(thing.keys().map())
                        .with("ec2:CreateAction", action.substring(action.indexOf(':') + 1));
                needed.add(new Permission(CREATE_TAGS, thing.arn(), keys.map()));
            }
        }
        return needed;
    }

    /** One that exists; any of the type, where the id is left out. */
    Touched of(Resource<?> type, @Nullable String id) {
        return bare(type, id).traits();
    }

    Touched of(Resource<?> type, Collection<String> ids) {
        ids.forEach(id -> of(type, id));
        return this;
    }

    /** One that exists, of which only the id and the tags are known to the action. */
    Touched bare(Resource<?> type, @Nullable String id) {
        String name = id == null || id.isEmpty() ? NEW : id;
        Optional<? extends Tagged<?>> document = id == null ? Optional.empty() : view.get(type.kind(), scope, id);
        boolean managed = type == Resource.PREFIX_LIST && PrefixLists.isManaged(scope, name);
        add(action, managed ? type.arn(new Scope("aws", scope.region()), name) : type.arn(scope, name), document);
        Traits.idOf(type).ifPresent(key -> with(key, name));
        document.ifPresent(thing -> with(Traits.tags(thing.tags())));
        return this;
    }

    /** Says where the last thing is and what it is. */
    Touched traits() {
        last().document().ifPresent(thing -> with(Traits.of(scope, thing)));
        return this;
    }

    /** One that exists, where it is named at all. */
    Touched ifNamed(Resource<?> type, @Nullable String id) {
        return id == null || id.isEmpty() ? this : of(type, id);
    }

    Touched bare(Resource<?> type, Collection<String> ids) {
        ids.forEach(id -> bare(type, id));
        return this;
    }

    /** The one that an index of its type finds, e.g. by the id of an association. */
    <T extends Record & Tagged<T>> Touched by(String index, Resource<T> type, @Nullable String key) {
        return of(type, lookUp(index, type, key).map(Tagged::id).orElse(null));
    }

    <T extends Record & Tagged<T>> Optional<T> lookUp(String index, Resource<T> type, @Nullable String key) {
        return key == null ? Optional.empty() : view.find(type.kind(), scope, index, key).stream().findFirst();
    }

    /** A group by its id, or by its name in the default VPC. */
    Touched group(@Nullable String id, @Nullable String name) {
        return id != null || name == null
                ? of(Resource.SECURITY_GROUP, id)
                : by("name", Resource.SECURITY_GROUP, Resource.groupNameKey(defaultVpc(null), name));
    }

    /** A rule of a security group. */
    Touched rule(@Nullable String id) {
        add(action, Resource.arn(SecurityGroupRules.TYPE, scope, id == null ? NEW : id), Optional.empty());
        lookUp("rule", Resource.SECURITY_GROUP, id)
                .flatMap(group -> group.rule(String.valueOf(id)))
                .ifPresent(rule -> with(Traits.tags(rule.tags())));
        return this;
    }

    /** The VPC named, or the default one; empty where there is none. */
    String defaultVpc(@Nullable String named) {
        return named != null ? named : AccountRegions.defaultVpc(view, scope).map(Vpc::id).orElse("");
    }

    /** One that the call makes. */
    Touched made(Resource<?> type, List<TagSpecification> tags) {
        made(type.type(), tags);
        Traits.idOf(type).filter(key -> type != Resource.ELASTIC_IP).ifPresent(key -> with(key, NEW));
        return this;
    }

    Touched made(String type, List<TagSpecification> specifications) {
        List<Tag> tags = specifications.stream()
                .filter(s -> type.equals(s.resourceTypeAsString()))
                .flatMap(s -> s.tags().stream())
                .toList();
        things.add(new Thing(
                action, Resource.arn(type, scope, NEW), new ConditionKeys(), !tags.isEmpty(), Optional.empty()));
        return given(tags);
    }

    /** Rules that a group is given. They are things of their own only where they are given tags. */
    Touched newRules(List<TagSpecification> tags) {
        return tags.isEmpty() ? this : made(SecurityGroupRules.TYPE, tags);
    }

    /** Whatever has that id, of any type, bare; an id of no known type is refused later, by the operation. */
    Touched anything(String id) {
        if (id.startsWith(SecurityGroupRules.PREFIX + "-")) {
            return rule(id);
        }
        Optional<Resource<?>> type = Resource.ALL.stream().filter(t -> t.isId(id)).findFirst();
        return type.isPresent() ? bare(type.get(), id) : add(action, "*", Optional.empty());
    }

    /** A thing whose ARN follows no rule. */
    Touched arn(String arn) {
        return add(action, arn, Optional.empty());
    }

    /** The profile that is named, if there is one. */
    Optional<InstanceRoles.Profile> profileOf(@Nullable IamInstanceProfileSpecification given) {
        String name = given == null ? null : given.arn() != null ? given.arn() : given.name();
        return name == null ? Optional.empty() : roles.profile(scope.account(), name);
    }

    /** A profile that the last thing is given, an instance; its role is passed to EC2. */
    Touched profile(@Nullable IamInstanceProfileSpecification given) {
        Optional<InstanceRoles.Profile> profile = profileOf(given);
        with("ec2:NewInstanceProfile", profile.map(InstanceRoles.Profile::arn).orElse(null));
        return passesRole(profile);
    }

    Touched passesRole(Optional<InstanceRoles.Profile> profile) {
        return profile.map(InstanceRoles.Profile::roleArn).filter(arn -> !arn.isEmpty()).isPresent()
                ? passes(profile.get().roleArn(), "ec2.amazonaws.com")
                : this;
    }

    /** A role that the caller hands to a service. */
    Touched passes(String roleArn, String service) {
        return add("iam:PassRole", roleArn, Optional.empty()).with("iam:PassedToService", service);
    }

    private Touched add(String itsAction, String arn, Optional<? extends Tagged<?>> document) {
        things.add(new Thing(itsAction, arn, new ConditionKeys(), false, document));
        return this;
    }

    /** Says that the last thing is given tags. */
    Touched given(List<Tag> tags) {
        for (Tag tag : tags) {
            if (tag.key() != null) {
                with("aws:RequestTag/" + tag.key(), tag.value());
            }
        }
        last().keys().withAll("aws:TagKeys", tags.stream().flatMap(t -> Stream.ofNullable(t.key())).distinct().toList());
        return this;
    }

    /** Says more of the last thing. */
    Touched with(String key, @Nullable Object value) {
        last().keys().with(key, value);
        return this;
    }

    Touched with(ConditionKeys keys) {
        last().keys().and(keys.map());
        return this;
    }

    /** Says which attributes of the last thing the request sets, and to what. (EC2 User Guide, "ec2:Attribute condition key".) */
    Touched sets(SdkPojo request) {
        List<String> names = new ArrayList<>();
        for (SdkField<?> field : request.sdkFields()) {
            Object value = field.getValueOrDefault(request);
            if (isGiven(value) && !field.memberName().equals("DryRun") && !last().arn().endsWith("/" + value)) {
                names.add(attribute(field.memberName()));
                text(value).ifPresent(t -> with("ec2:Attribute/" + field.memberName(), t));
            }
        }
        last().keys().withAll("ec2:Attribute", names);
        return this;
    }

    private static boolean isGiven(@Nullable Object value) {
        return value != null && !(value instanceof SdkAutoConstructList<?>);
    }

    /** As the requests that describe attributes call them. */
    private static String attribute(String member) {
        return member.equals("Groups") ? "groupSet" : member.substring(0, 1).toLowerCase(Locale.ROOT) + member.substring(1);
    }

    /** The text of a plain value, or of one that is wrapped. */
    private static Optional<String> text(@Nullable Object value) {
        return switch (value) {
            case String s -> Optional.of(s);
            case Boolean b -> Optional.of(b.toString());
            case Integer i -> Optional.of(i.toString());
            case SdkPojo wrapped when wrapped.sdkFields().size() == 1 ->
                text(wrapped.sdkFields().getFirst().getValueOrDefault(wrapped));
            case null, default -> Optional.empty();
        };
    }

    private Thing last() {
        return things.getLast();
    }
}
