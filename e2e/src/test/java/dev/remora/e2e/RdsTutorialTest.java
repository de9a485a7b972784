package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * "Using a Lambda function to access an Amazon RDS database", with Python and PyMySQL as there, and with a proxy for
 * PostgreSQL.
 */
@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("AWS's tutorial of a function that writes to a database of RDS, by the AWS CLI as the page prints it")
class RdsTutorialTest {
    @Test
    @DisplayName("A message in a queue becomes a row of a MySQL database and a line of a log; then nothing is left")
    void queueFunctionDatabase(Account account, @TempDir Path folder) {
        String out = Tutorial.chapter("A queue, a function and a MySQL database").run(account, folder).out();

        assertThat(out).contains("Added 1021 Martha Rivera", "[[1021, \"Martha Rivera\"]]");
        Tutorial.leftNothing(account);
        assertThat(account.aws("rds", "describe-db-instances").get("DBInstances")).isEmpty();
    }

    @Test
    @DisplayName("The function reaches the database through a proxy, which has the password from a secret; then nothing is left")
    void throughProxy(Account account, @TempDir Path folder) {
        String out = Tutorial.chapter("The same through a proxy").run(account, folder).out();

        // The database saw the address of the proxy's interface.
        assertThat(out).containsPattern(
                "\\[\\{\"custid\":1021,\"name\":\"Martha Rivera\",\"seen\":\"([0-9.]+)\"}]\\s*\"\\1\"");
        Tutorial.leftNothing(account);
        assertThat(account.aws("rds", "describe-db-instances").get("DBInstances")).isEmpty();
        assertThat(account.aws("rds", "describe-db-proxies").get("DBProxies")).isEmpty();
    }
}
