package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.wire.Principal;
import dev.remora.wire.SessionTerms;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is compiled is kept until one of the documents that it was made of changes, and no longer. */
class PermissionsTest {
    private static final Instant NOW = Instant.EPOCH;
    private static final Scope SCOPE = Scope.global(Lab.ACCOUNT);
    private static final Principal.User ANNA = new Principal.User(Lab.ACCOUNT, "/", "anna", "AIDAEXAMPLE", SessionTerms.NONE);

    private final Lab lab = new Lab();
    private final Permissions permissions = new Permissions(lab.store);

    @AfterEach
    void close() {
        lab.close();
    }

    private static ManagedPolicy policy(String name, String document) {
        return new ManagedPolicy(Lab.ACCOUNT, name, "/", "ANPAEXAMPLE", NOW, NOW, "", Map.of(), 1, 1,
                List.of(new ManagedPolicy.Version(1, document, NOW)));
    }

    private static User user(List<String> groups, List<String> attached, String boundary) {
        return new User(Lab.ACCOUNT, "anna", "/", "AIDAEXAMPLE", NOW, boundary, Map.of(), groups, attached, Map.of());
    }

    private void put(User user) {
        lab.store.write(tx -> {
            tx.put(User.KIND, SCOPE, User.key(user.name()), user);
            return 0;
        });
    }

    private void put(ManagedPolicy policy) {
        lab.store.write(tx -> {
            tx.put(ManagedPolicy.KIND, SCOPE, ManagedPolicy.key(policy.name()), policy);
            return 0;
        });
    }

    private void put(Group group) {
        lab.store.write(tx -> {
            tx.put(Group.KIND, SCOPE, Group.key(group.name()), group);
            return 0;
        });
    }

    private static Group group(String action) {
        return new Group(Lab.ACCOUNT, "team", "/", "AGPAEXAMPLE", NOW, List.of(), Map.of("g", Lab.allow(action, "*")));
    }

    private Optional<Permissions.Granted> anna() {
        return permissions.user(ANNA);
    }

    private boolean may(String action) {
        return anna().filter(granted ->
                granted.authority().decide(action, "*", Lab.facts(Map.of()), Authority.Side.SILENT).allowed()).isPresent();
    }

    @Test
    void writesElsewhereMakeNothingAnew() {
        put(policy("used", Lab.allow("s3:*", "*")));
        put(user(List.of(), List.of("arn:aws:iam::" + Lab.ACCOUNT + ":policy/used"), ""));
        Permissions.Granted before = anna().orElseThrow();
        lab.role("other", Lab.LAMBDA_TRUST);
        put(policy("unused", Lab.allow("ec2:*", "*")));
        assertThat(anna().orElseThrow()).isSameAs(before);
        put(policy("used", Lab.allow("ec2:*", "*")));
        assertThat(anna().orElseThrow()).isNotSameAs(before);
        assertThat(may("ec2:CreateVpc")).isTrue();
        assertThat(may("s3:GetObject")).isFalse();
    }

    @Test
    void aUserMayWhatItsGroupsMayAsLongAsItIsInThem() {
        put(group("s3:*"));
        put(user(List.of("team"), List.of(), ""));
        assertThat(may("s3:GetObject")).isTrue();
        put(group("ec2:*"));
        assertThat(may("s3:GetObject")).isFalse();
        assertThat(may("ec2:CreateVpc")).isTrue();
        put(user(List.of(), List.of(), ""));
        assertThat(may("ec2:CreateVpc")).isFalse();
    }

    @Test
    void aBoundaryThatIsNotThereAllowsNothingUntilItIs() {
        put(group("s3:*"));
        put(user(List.of("team"), List.of(), "arn:aws:iam::" + Lab.ACCOUNT + ":policy/limit"));
        assertThat(may("s3:GetObject")).isFalse();
        put(policy("limit", Lab.allow("s3:Get*", "*")));
        assertThat(may("s3:GetObject")).isTrue();
        assertThat(may("s3:PutObject")).isFalse();
    }

    @Test
    void aUserMadeAgainIsAnotherUser() {
        put(user(List.of(), List.of(), ""));
        assertThat(anna()).isPresent();
        lab.store.write(tx -> {
            tx.put(User.KIND, SCOPE, "anna",
                    new User(Lab.ACCOUNT, "anna", "/", "AIDAOTHER", NOW, "", Map.of(), List.of(), List.of(), Map.of()));
            return 0;
        });
        assertThat(anna()).isEmpty();
    }

    @Test
    void aSessionIsLimitedByItsPoliciesTogetherAndTheirNewVersions() {
        put(policy("one", Lab.allow("s3:Get*", "*")));
        var terms = new SessionTerms(NOW, Lab.allow("ec2:*", "*"), List.of("arn:aws:iam::" + Lab.ACCOUNT + ":policy/one"),
                Map.of(), Set.of(), "", false);
        Facts facts = Lab.facts(Map.of());
        assertThat(permissions.session(terms).about("s3:GetObject").silent("*", facts)).isFalse();
        assertThat(permissions.session(terms).about("ec2:CreateVpc").silent("*", facts)).isFalse();
        assertThat(permissions.session(terms).about("sqs:SendMessage").silent("*", facts)).isTrue();
        assertThat(permissions.session(terms)).isSameAs(permissions.session(terms));
        put(policy("one", Lab.allow("sqs:*", "*")));
        assertThat(permissions.session(terms).about("s3:GetObject").silent("*", facts)).isTrue();
        assertThat(permissions.session(terms).about("sqs:SendMessage").silent("*", facts)).isFalse();
        assertThat(permissions.session(SessionTerms.plain(NOW))).isSameAs(PolicySet.UNLIMITED);
    }

    /** Every request is decided: what it leaves to the garbage collector must not show beside the request itself. */
    @Test
    void aDecisionAllocatesLittle() {
        var authorizer = new PolicyAuthorizer(permissions, new ResourcePolicies(), () -> NOW, Enforcement.ON);
        put(group("s3:*"));
        put(user(List.of("team"), List.of(), ""));
        var resources = List.of("arn:aws:s3:::b/k");
        var context = Map.of("aws:SourceIp", List.of("127.0.0.1"));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int decisions = 1_000;
        assertThat(authorizer.decide(ANNA, "s3:GetObject", resources, context).allowed()).isTrue();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < decisions; i++) {
            authorizer.decide(ANNA, "s3:GetObject", resources, context);
        }
        assertThat((threads.getCurrentThreadAllocatedBytes() - before) / decisions).isLessThan(512);
    }

    /** What other policies an account has does not matter to a decision: it looks at documents of its own only. */
    @Test
    void tenThousandPoliciesOfOthersAreNotLookedAt() {
        var others = new ArrayList<ManagedPolicy>();
        for (int i = 0; i < 10_000; i++) {
            others.add(policy("p" + i, "not a policy: compiling it would fail"));
        }
        lab.store.write(tx -> {
            others.forEach(policy -> tx.put(ManagedPolicy.KIND, SCOPE, policy.name(), policy));
            return 0;
        });
        put(group("s3:*"));
        put(user(List.of("team"), List.of(), ""));
        assertThat(may("s3:GetObject")).isTrue();
    }
}
