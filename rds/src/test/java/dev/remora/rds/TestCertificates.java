package dev.remora.rds;

import dev.remora.fleet.Certificates;
import dev.remora.store.Folders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;

/** A self-signed certificate, made by the JDK's keytool. */
final class TestCertificates {
    private static final String PASSWORD = "changeit";

    static Certificates issuer() {
        return names -> {
            try {
                return issue(names.getFirst());
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        };
    }

    private static Certificates.Issued issue(String name) throws Exception {
        Path folder = Files.createTempDirectory("remora-certificate-");
        try {
            return issue(name, folder.resolve("store.p12"));
        } finally {
            Folders.remove(folder);
        }
    }

    private static Certificates.Issued issue(String name, Path store) throws Exception {
        var tool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes());
        if (tool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        var key = keys.getKey("server", PASSWORD.toCharArray());
        return new Certificates.Issued(
                pem("CERTIFICATE", keys.getCertificate("server").getEncoded()), pem("PRIVATE KEY", key.getEncoded()));
    }

    private static String pem(String what, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    private TestCertificates() {}
}
