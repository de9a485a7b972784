package dev.remora.elasticache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointNamesTest {
    private final EndpointNames names = new EndpointNames(new Scope("123456789012", "us-east-1"));

    @ParameterizedTest
    @CsvSource({
        "us-east-1, use1",
        "us-west-2, usw2",
        "eu-central-1, euc1",
        "eu-south-2, eus2",
        "ap-northeast-1, apne1",
        "ap-southeast-2, apse2",
        "ca-central-1, cac1",
        "sa-east-1, sae1"
    })
    void shortenRegionsAsAwsDoes(String region, String shortened) {
        assertThat(EndpointNames.shortened(region)).isEqualTo(shortened);
    }

    @Test
    void areOfAwsForms() {
        assertThat(names.memcached("mc").endpoint()).matches("mc\\.[a-z0-9]{6}\\.cfg\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.memcached("mc").aliases().getFirst())
                .matches("mc\\.[a-z0-9]{6}\\.0001\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.redis("r").endpoint()).matches("r\\.[a-z0-9]{6}\\.0001\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.group("g", false, false).endpoint())
                .matches("g\\.[a-z0-9]{6}\\.ng\\.0001\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.group("g", true, false).endpoint())
                .matches("master\\.g\\.[a-z0-9]{6}\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.group("g", true, true).endpoint())
                .matches("clustercfg\\.g\\.[a-z0-9]{6}\\.use1\\.cache\\.amazonaws\\.com");
        assertThat(names.serverless("s", "0123456789abcdef").endpoint())
                .matches("s-[a-z0-9]{6}\\.serverless\\.use1\\.cache\\.amazonaws\\.com");
    }

    @Test
    void ofTwoServerlessCachesOfOneNameDiffer() {
        assertThat(names.serverless("s", "00112233445566").endpoint())
                .isNotEqualTo(names.serverless("s", "665544332211").endpoint());
    }
}
