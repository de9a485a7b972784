package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** "Using a Lambda function to access Amazon ElastiCache in an Amazon VPC", in its older form and in today's, with Python. */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("AWS's tutorial of a function that uses a cache of ElastiCache, by the AWS CLI as the page prints it")
class ElastiCacheTutorialTest {
    @Test
    @DisplayName("An item put into a memcached cluster by its configuration endpoint is got back; then nothing is left")
    void memcachedCluster(Account account, @TempDir Path folder) {
        String out = Tutorial.chapter("A memcached cluster").run(account, folder).out();

        assertThat(out).containsPattern("\"put ([0-9a-f]{32}) and got \\1\"");
        Tutorial.leftNothing(account);
        assertThat(account.aws("elasticache", "describe-cache-clusters").get("CacheClusters")).isEmpty();
    }

    @Test
    @DisplayName("An item put into a serverless cache over TLS is got back; then nothing is left")
    void serverlessCache(Account account, @TempDir Path folder) {
        String out = Tutorial.chapter("A serverless cache").run(account, folder).out();

        assertThat(out).containsPattern("\"put ([0-9a-f]{32}) and got \\1\"");
        Tutorial.leftNothing(account);
        assertThat(account.aws("elasticache", "describe-serverless-caches").get("ServerlessCaches")).isEmpty();
    }
}
