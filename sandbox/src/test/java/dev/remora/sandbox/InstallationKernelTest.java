package dev.remora.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the installation brings into every sandbox: its certificate authority and its packages. */
@Tag("kernel")
class InstallationKernelTest {
    private Path brought;
    private Lab lab;

    @BeforeEach
    void open() throws Exception {
        brought = Files.createTempDirectory("brought");
        Files.createDirectories(brought.resolve("modules/@aws-sdk/client-x"));
        Files.writeString(brought.resolve("modules/@aws-sdk/client-x/index.js"), "module.exports = 'the SDK'");
        Path key = brought.resolve("key.pem");
        Process openssl = new ProcessBuilder(
                        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                                "-days", "2",
                        "-subj", "/CN=Installation Test CA", "-keyout", key.toString(), "-out", brought.resolve("ca.pem")
                                .toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes());
        assertThat(openssl.waitFor()).as(said).isZero();
        lab = new Lab(0, config -> config.withCertificateAuthority(brought.resolve("ca.pem"))
                .withNodeModules(brought.resolve("modules")));
    }

    @AfterEach
    void close() throws IOException {
        lab.close();
        try (var files = Files.walk(brought)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void pythonTrustsTheInstallationAndTheHost() throws IOException {
        String code = """
                import os, ssl
                def handler(event, context):
                    names = [dict(x[0] for x in c['subject']).get('commonName') for c in ssl.create_default_context()
                            .get_ca_certs()]
                    bundle = open(os.environ['AWS_CA_BUNDLE']).read()
                    return ['Installation Test CA' in names, len(names) > 1, bundle == open(os.environ['REQUESTS_CA_BUNDLE'])
                            .read()]
                """;
        assertThat(Lab.answer(lab.python(code).once("{}"))).isEqualTo("[true, true, true]");
    }

    @Test
    void pythonHasBoto3() throws IOException {
        String code = """
                import boto3
                def handler(event, context):
                    return boto3.client('lambda', region_name='us-east-1').meta.service_model.service_name
                """;
        assertThat(Lab.answer(lab.python(code).once("{}"))).isEqualTo("\"lambda\"");
    }

    @Test
    void nodeFindsThePackagesAndTheCertificates() throws IOException {
        String code = "const sdk = require('@aws-sdk/client-x'); exports.handler = async () => "
                + "[sdk, require('fs').readFileSync(process.env.NODE_EXTRA_CA_CERTS, 'utf8').split('BEGIN').length > 2]";
        assertThat(Lab.answer(lab.node(code).once("{}"))).isEqualTo("[\"the SDK\",true]");
    }
}
