package dev.remora.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupRequest;
import software.amazon.awssdk.services.rds.model.DeleteDbSubnetGroupResponse;

class CoverageTest {
    @Test
    void undeclaredAndMisspelledParametersAreListed() {
        var iam = new Operations(Infos.IAM);
        iam.on(
                        DeleteRoleRequest.class,
                        (in, call) -> DeleteRoleResponse.builder().build())
                .enforced("RolName");
        assertThat(Declarations.undeclared(iam)).containsExactly("DeleteRole.RoleName");
        assertThat(Declarations.unknown(iam)).containsExactly("DeleteRole.RolName");
    }

    @Test
    void thePageSaysWhatTheTableSaysInAwsSpelling() {
        var rds = new Operations(Infos.RDS);
        rds.on(
                        DeleteDbSubnetGroupRequest.class,
                        (in, call) -> DeleteDbSubnetGroupResponse.builder().build())
                .enforced("DBSubnetGroupName");
        assertThat(Coverage.markdown(List.of(rds)))
                .contains("| [rds](#rds) | 1 | 16")
                .contains("| `DeleteDBSubnetGroup` | DBSubnetGroupName |  |  |");
        assertThat(Declarations.undeclared(rds)).isEmpty();
    }
}
