package dev.remora.rds;

import static dev.remora.rds.RdsFixture.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.rds.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.rds.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.rds.model.RemoveTagsFromResourceRequest;
import software.amazon.awssdk.services.rds.model.Tag;

class TagsTest {
    private final RdsFixture rds = new RdsFixture().group("private", "subnet-a", "subnet-b");

    @AfterEach
    void close() {
        rds.close();
    }

    @Test
    void areKeptForInstancesAndGroups() {
        String instance = rds.create(r -> r.tags(tag("team", "a"))).dbInstanceArn();
        add(instance, tag("stage", "test"));
        add("arn:aws:rds:eu-west-1:123456789012:subgrp:private", tag("x", "y"));
        rds.tags.remove(
                RemoveTagsFromResourceRequest.builder()
                        .resourceName(instance)
                        .tagKeys("team")
                        .build(),
                CALL);

        assertThat(list(instance)).containsExactly(tag("stage", "test"));
        assertThat(list("arn:aws:rds:eu-west-1:123456789012:subgrp:private")).containsExactly(tag("x", "y"));
    }

    @Test
    void areRefusedBeyondFifty() {
        String instance = rds.create(r -> r).dbInstanceArn();
        Tag[] many = IntStream.range(0, 51).mapToObj(i -> tag("k" + i, "v")).toArray(Tag[]::new);

        RdsFixture.refused(
                () -> add(instance, many),
                "InvalidParameterValue",
                "Too many tags: at most 50 are allowed on a resource.");
        assertThat(list(instance)).isEmpty();
    }

    @Test
    void ofAnotherAccountAreNotFound() {
        RdsFixture.refused(
                () -> list("arn:aws:rds:eu-west-1:000000000000:db:orders"),
                "InvalidParameterValue",
                "Invalid resource name: arn:aws:rds:eu-west-1:000000000000:db:orders");
    }

    private void add(String arn, Tag... tags) {
        rds.tags.add(
                AddTagsToResourceRequest.builder().resourceName(arn).tags(tags).build(), CALL);
    }

    private List<Tag> list(String arn) {
        return rds.tags
                .list(ListTagsForResourceRequest.builder().resourceName(arn).build(), CALL)
                .tagList();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
