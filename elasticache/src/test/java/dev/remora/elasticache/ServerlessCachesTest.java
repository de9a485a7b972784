package dev.remora.elasticache;

import static dev.remora.elasticache.CacheFixture.CALL;
import static dev.remora.elasticache.CacheFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.elasticache.Cache.Form;
import dev.remora.fleet.Member.Status;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.elasticache.model.AddTagsToResourceRequest;
import software.amazon.awssdk.services.elasticache.model.CreateServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.DescribeServerlessCachesRequest;
import software.amazon.awssdk.services.elasticache.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.elasticache.model.ModifyServerlessCacheRequest;
import software.amazon.awssdk.services.elasticache.model.ServerlessCache;
import software.amazon.awssdk.services.elasticache.model.Tag;

class ServerlessCachesTest {
    private final CacheFixture cache = new CacheFixture();

    @AfterEach
    void close() {
        cache.close();
    }

    private ServerlessCache create(UnaryOperator<CreateServerlessCacheRequest.Builder> more) {
        var request = CreateServerlessCacheRequest.builder()
                .serverlessCacheName("carts")
                .engine("redis")
                .subnetIds("subnet-a", "subnet-b")
                .securityGroupIds("sg-cache");
        return cache.serverless.create(more.apply(request).build(), CALL).serverlessCache();
    }

    private ServerlessCache available() {
        cache.reached(Form.SERVERLESS, "carts", Status.AVAILABLE);
        var request = DescribeServerlessCachesRequest.builder()
                .serverlessCacheName("carts")
                .build();
        return cache.serverless.describe(request, CALL).serverlessCaches().getFirst();
    }

    @Test
    void hasOneEndpointWhenItIsAvailable() {
        var created = create(r -> r.cacheUsageLimits(u -> u.dataStorage(d -> d.maximum(10).unit("GB"))));
        assertThat(created.status()).isEqualTo("creating");
        assertThat(created.endpoint()).isNull();

        var available = available();
        assertThat(available.endpoint().address()).startsWith("carts-").contains(".serverless.use1.");
        assertThat(available.endpoint().port()).isEqualTo(6379);
        assertThat(available.majorEngineVersion()).isEqualTo("7");
        assertThat(available.cacheUsageLimits().dataStorage().maximum()).isEqualTo(10);
        assertThat(available.subnetIds()).containsExactly("subnet-a", "subnet-b");
    }

    @Test
    void withoutSubnetsIsInTheDefaultVpc() {
        assertThat(create(r -> r.subnetIds(List.of()).securityGroupIds("sg-foreign")).subnetIds())
                .containsExactly("subnet-x");
    }

    @Test
    void takesOtherGroupsAtOnce() {
        create(UnaryOperator.identity());
        available();

        var request = ModifyServerlessCacheRequest.builder()
                .serverlessCacheName("carts")
                .securityGroupIds("sg-other")
                .build();
        assertThat(cache.serverless.modify(request, CALL).serverlessCache().securityGroupIds())
                .containsExactly("sg-other");
        assertThat(cache.networks.interfaces.values().iterator().next().groups()).containsExactly("sg-other");
    }

    @Test
    void refusesWhatItCannotDo() {
        refused(
                () -> create(r -> r.engine("memcached")),
                "InvalidParameterCombination",
                "Serverless caches are valkey or redis here: create a cache cluster for memcached.");
        refused(
                () -> create(r -> r.majorEngineVersion("8")),
                "InvalidParameterCombination",
                "Cannot find version 8 for redis");
        refused(
                () -> create(r -> r.subnetIds("subnet-a", "subnet-x")),
                "InvalidSubnet",
                "Subnets subnet-a and subnet-x are not in the same VPC.");
        refused(
                () -> create(r -> r.subnetIds("subnet-none")),
                "InvalidParameterValue",
                "Some input subnets in :[subnet-none] are invalid.");
    }

    @Test
    void carriesTags() {
        String arn = create(UnaryOperator.identity()).arn();
        cache.tags.add(
                AddTagsToResourceRequest.builder()
                        .resourceName(arn)
                        .tags(Tag.builder().key("team").value("carts").build())
                        .build(),
                CALL);

        var list = ListTagsForResourceRequest.builder().resourceName(arn).build();
        assertThat(cache.tags.list(list, CALL).tagList())
                .containsExactly(Tag.builder().key("team").value("carts").build());
        var other = ListTagsForResourceRequest.builder().resourceName(arn + "x").build();
        refused(() -> cache.tags.list(other, CALL), "ServerlessCacheNotFoundFault", "Serverless cache cartsx not found.");
    }
}
