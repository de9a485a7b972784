package dev.remora.lambda;

import static dev.remora.lambda.LambdaLab.function;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;

class CodeLinksTest {
    private static final String PREFIX = "http://127.0.0.1:4566/_remora/code/";
    private LambdaLab lab;
    private String link;

    @BeforeEach
    void open(@TempDir Path folder) {
        lab = new LambdaLab(folder);
        lab.active(function("f").build());
        GetFunctionResponse got = lab.run(GetFunctionRequest.builder().functionName("f").build());
        link = got.code().location();
    }

    @AfterEach
    void close() throws Exception {
        lab.close();
    }

    private CodeDownload open(String rest) {
        return lab.service.code(rest);
    }

    @Test
    void theLinkGivesTheZipForTenMinutesAndOverARestart() throws Exception {
        assertThat(link).startsWith(PREFIX);
        String rest = link.substring(PREFIX.length());
        lab.restart();
        lab.now = lab.now.plusSeconds(599);
        assertThat(open(rest)).isInstanceOf(CodeDownload.Found.class);
        assertThat(Files.readAllBytes(((CodeDownload.Found) open(rest)).zip()))
                .isEqualTo(function("f").build().code().zipFile().asByteArray());

        lab.now = lab.now.plusSeconds(2);
        assertThat(open(rest)).isEqualTo(new CodeDownload.Refused(403, "Request has expired"));
    }

    @Test
    void nothingElseOpens() {
        String rest = link.substring(PREFIX.length());
        String[] parts = rest.split("/");

        assertThat(((CodeDownload.Refused) open("")).status()).isEqualTo(404);
        assertThat(((CodeDownload.Refused) open("../format")).status()).isEqualTo(404);
        String later = parts[0] + "/" + (Long.parseLong(parts[1]) + 1) + "/" + parts[2];
        assertThat(((CodeDownload.Refused) open(later)).status()).isEqualTo(403);
        String other = "0".repeat(64) + "/" + parts[1] + "/" + parts[2];
        assertThat(((CodeDownload.Refused) open(other)).status()).isEqualTo(403);
        assertThat(((CodeDownload.Refused) open(rest.substring(0, rest.length() - 1) + "g")).status()).isEqualTo(404);
    }

    @Test
    void deletedCodeIsGone() {
        lab.run(DeleteFunctionRequest.builder().functionName("f").build());
        String rest = link.substring(PREFIX.length());

        lab.await(() -> open(rest) instanceof CodeDownload.Refused refused && refused.status() == 404);
    }
}
