package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSecurityGroupRulesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.Vpc;

class TagsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static CreateTagsRequest create(String id, Tag... tags) {
        return CreateTagsRequest.builder().resources(id).tags(tags).build();
    }

    private static CreateVpcRequest vpcWith(String type, Tag... tags) {
        return CreateVpcRequest.builder()
                .cidrBlock("10.0.0.0/16")
                .tagSpecifications(TagSpecification.builder().resourceType(type).tags(tags).build())
                .build();
    }

    private List<String> tagsOf(String id) {
        return ec2.call(
                        DescribeTagsRequest.builder()
                                .filters(Filter.builder().name("resource-id").values(id).build())
                                .build(),
                        DescribeTagsResponse.class)
                .tags()
                .stream()
                        .map(t -> t.key() + "=" + t.value())
                        .toList();
    }

    @Test
    void tags_given_at_creation_are_shown_and_found() {
        Vpc made = ec2.call(vpcWith("vpc", tag("Name", "main"), tag("team", "")), CreateVpcResponse.class).vpc();
        assertThat(made.tags()).containsExactly(tag("Name", "main"), tag("team", ""));
        for (Filter filter : List.of(
                Filter.builder().name("tag:Name").values("ma*").build(),
                Filter.builder().name("tag-key").values("team").build())) {
            assertThat(ec2.call(DescribeVpcsRequest.builder().filters(filter).build(), DescribeVpcsResponse.class).vpcs())
                    .extracting(Vpc::vpcId)
                    .containsExactly(made.vpcId());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "subnet | a | b | InvalidParameterValue: 'subnet' is not a valid taggable resource type for this operation.",
                "vpc | aws:x | b | InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use",
                "vpc | a | | InvalidParameterValue: Tag value cannot be null. Use empty string instead."
            })
    void tags_that_cannot_be_are_refused(String type, String key, String value, String refusal) {
        assertThat(ec2.refusal(vpcWith(type, tag(key, value)))).isEqualTo(refusal);
    }

    @Test
    void lengths_and_number_are_limited() {
        String vpc = ec2.vpc("10.0.0.0/16");
        assertThat(ec2.refusal(create(vpc, tag("k".repeat(128), "")))).contains("maximum length of 127");
        assertThat(ec2.refusal(create(vpc, tag("k", "v".repeat(257))))).contains("maximum length of 256");
        assertThat(ec2.refusal(create(vpc, tag("k", "1"), tag("k", "2"))))
                .isEqualTo("InvalidParameterValue: Duplicate tag key 'k' specified.");
        Tag[] fifty = IntStream.range(0, 50).mapToObj(i -> tag("k" + i, "v")).toArray(Tag[]::new);
        ec2.call(create(vpc, fifty), CreateTagsResponse.class);
        ec2.call(create(vpc, tag("k7", "another value")), CreateTagsResponse.class);
        assertThat(ec2.refusal(create(vpc, tag("k50", "v"))))
                .isEqualTo("TagLimitExceeded: The maximum number of Tags for a resource has been reached.");
    }

    @Test
    void any_resource_can_be_tagged_and_all_of_them_or_none() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String group = ec2.group(vpc, "app");
        ec2.call(
                CreateTagsRequest.builder().resources(vpc, group).tags(tag("team", "red")).build(), CreateTagsResponse.class);
        assertThat(tagsOf(vpc)).containsExactly("team=red");
        assertThat(tagsOf(group)).containsExactly("team=red");

        assertThat(ec2.refusal(CreateTagsRequest.builder()
                        .resources(vpc, "subnet-0123")
                        .tags(tag("team", "blue"))
                        .build()))
                .isEqualTo("InvalidSubnetID.NotFound: The subnet ID 'subnet-0123' does not exist");
        assertThat(ec2.refusal(create("banana-1", tag("a", "b")))).isEqualTo("InvalidID: The ID 'banana-1' is not valid");
        assertThat(tagsOf(vpc)).containsExactly("team=red");
    }

    @Test
    void a_rule_can_be_tagged() {
        String group = ec2.group(ec2.vpc("10.0.0.0/16"), "app");
        var ofGroup = DescribeSecurityGroupRulesRequest.builder()
                .filters(Filter.builder().name("group-id").values(group).build())
                .build();
        String rule = ec2.call(ofGroup, DescribeSecurityGroupRulesResponse.class)
                .securityGroupRules()
                .getFirst()
                .securityGroupRuleId();
        ec2.call(create(rule, tag("why", "because")), CreateTagsResponse.class);
        assertThat(ec2.call(ofGroup, DescribeSecurityGroupRulesResponse.class).securityGroupRules().getFirst().tags())
                .containsExactly(tag("why", "because"));
        assertThat(tagsOf(rule)).containsExactly("why=because");
    }

    @Test
    void a_tag_is_deleted_by_key_or_by_key_and_value() {
        String vpc = ec2.vpc("10.0.0.0/16");
        ec2.call(create(vpc, tag("a", "1"), tag("b", "2"), tag("c", "3")), CreateTagsResponse.class);
        delete(vpc, Tag.builder().key("a").build(), tag("b", "other"));
        assertThat(tagsOf(vpc)).containsExactly("b=2", "c=3");
        delete(vpc, tag("b", "2"));
        assertThat(tagsOf(vpc)).containsExactly("c=3");
        delete(vpc);
        assertThat(tagsOf(vpc)).isEmpty();
    }

    private void delete(String id, Tag... tags) {
        ec2.call(DeleteTagsRequest.builder().resources(id).tags(tags).build(), DeleteTagsResponse.class);
    }

    @Test
    void tags_are_found_by_their_own_filters() {
        String vpc = ec2.vpc("10.0.0.0/16");
        String group = ec2.group(vpc, "app");
        ec2.call(create(vpc, tag("team", "red")), CreateTagsResponse.class);
        ec2.call(create(group, tag("team", "blue"), tag("tier", "1")), CreateTagsResponse.class);
        Map.of("key", "tier", "value", "blue", "resource-type", "security-group", "tag:team", "blue").forEach((name, value) -> {
            var found = ec2.call(
                            DescribeTagsRequest.builder()
                                    .filters(Filter.builder().name(name).values(value).build())
                                    .build(),
                            DescribeTagsResponse.class)
                    .tags();
            assertThat(found).as(name).isNotEmpty().extracting(TagDescription::resourceId).containsOnly(group);
        });
    }
}
