package dev.remora.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.AssociateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.CreateDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DhcpOptions;
import software.amazon.awssdk.services.ec2.model.Filter;

class DhcpOptionSetsTest {
    private final Ec2Lab ec2 = new Ec2Lab();

    @AfterEach
    void close() {
        ec2.close();
    }

    private static CreateDhcpOptionsRequest create(String key, String... values) {
        return CreateDhcpOptionsRequest.builder().dhcpConfigurations(c -> c.key(key).values(values)).build();
    }

    private String made(CreateDhcpOptionsRequest request) {
        return ec2.call(request, CreateDhcpOptionsResponse.class).dhcpOptions().dhcpOptionsId();
    }

    private void associate(String id, String vpc) {
        ec2.call(
                AssociateDhcpOptionsRequest.builder().dhcpOptionsId(id).vpcId(vpc).build(), AssociateDhcpOptionsResponse.class);
    }

    private String of(String vpc) {
        return ec2.call(DescribeVpcsRequest.builder().vpcIds(vpc).build(), DescribeVpcsResponse.class)
                .vpcs()
                .getFirst()
                .dhcpOptionsId();
    }

    @Test
    void a_set_is_associated_and_deleted_when_no_vpc_has_it() {
        String id = made(create("domain-name", "example.com"));
        String vpc = ec2.vpc("10.0.0.0/16");
        String initial = of(vpc);
        associate(id, vpc);
        assertThat(of(vpc)).isEqualTo(id);
        var delete = DeleteDhcpOptionsRequest.builder().dhcpOptionsId(id).build();
        assertThat(ec2.refusal(delete))
                .isEqualTo("DependencyViolation: The dhcpOptions '" + id + "' has dependencies and cannot be deleted.");
        associate("default", vpc);
        assertThat(of(vpc)).isEqualTo("default");
        ec2.call(delete, DeleteDhcpOptionsResponse.class);
        assertThat(ec2.refusal(delete))
                .isEqualTo("InvalidDhcpOptionID.NotFound: The dhcpOption ID '" + id + "' does not exist");
        associate(initial, vpc);
        assertThat(ec2.refusal(delete.toBuilder().dhcpOptionsId(initial).build())).startsWith("DependencyViolation: ");
    }

    @Test
    void sets_are_found_by_their_values() {
        String id = made(create("ntp-servers", "10.0.0.5", "10.0.0.6"));
        var filters = List.of(
                Filter.builder().name("key").values("ntp-servers").build(),
                Filter.builder().name("value").values("10.0.0.6").build());
        assertThat(ec2.call(
                                DescribeDhcpOptionsRequest.builder().filters(filters).build(),
                                DescribeDhcpOptionsResponse.class)
                        .dhcpOptions())
                .extracting(DhcpOptions::dhcpOptionsId)
                .containsExactly(id);
    }

    @ParameterizedTest
    @CsvSource({
        "fish,1,InvalidParameterValue", "netbios-node-type,3,InvalidParameterValue",
        "domain-name-servers,8.8.8.8,UnsupportedOperation"
    })
    void what_cannot_be_is_refused(String key, String value, String code) {
        assertThat(ec2.refusal(create(key, value))).startsWith(code + ": ");
    }
}
