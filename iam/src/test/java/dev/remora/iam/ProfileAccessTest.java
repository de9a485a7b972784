package dev.remora.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileAccessTest {
    private static final String ARN = "arn:aws:iam::000000000000:instance-profile/path/Web";

    @Test
    void a_profile_is_found_by_its_name_and_its_arn_in_its_account_alone() {
        try (Store store = SqliteStore.inMemory(IamService.kinds())) {
            var profile = new InstanceProfile(
                    "000000000000", "Web", "/path/", "AIPA1", Instant.EPOCH, List.of(), Map.of());
            store.write(tx -> {
                tx.put(InstanceProfile.KIND, Scope.global("000000000000"), InstanceProfile.key("Web"), profile);
                return profile;
            });
            var profiles = new ProfileAccess(store);
            assertThat(profiles.find("000000000000", "web")).contains(new ProfileAccess.Profile(ARN, "AIPA1", ""));
            assertThat(profiles.find("000000000000", ARN)).isPresent();
            assertThat(profiles.find("000000000000", ARN.replace("/path", ""))).isEmpty();
            assertThat(profiles.find("111122223333", "web")).isEmpty();
        }
    }
}
