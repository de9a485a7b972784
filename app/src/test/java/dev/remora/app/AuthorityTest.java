package dev.remora.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
    @TempDir
    Path folder;

    @Test
    void isMadeOnceAndItsKeyIsForRootOnly() throws Exception {
        var first = Authority.in(folder, InstantSource.system());
        var second = Authority.in(folder, InstantSource.system());

        assertThat(second.certificate()).isEqualTo(first.certificate());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("ca.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void makesAwssNamesVerify() throws Exception {
        assertThat(handshake("sts.us-east-1.amazonaws.com", "sts.us-east-1.amazonaws.com"))
                .isTrue();
        assertThat(handshake("a.b.s3.eu-west-1.amazonaws.com", "a.b.s3.eu-west-1.amazonaws.com"))
                .isTrue();
    }

    @Test
    void makesNoOtherNamesVerify() {
        assertThatThrownBy(() -> handshake("example.com", "example.com")).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> handshake("sts.amazonaws.com", "iam.amazonaws.com"))
                .isInstanceOf(SSLException.class);
    }

    /** One TLS handshake by loopback, the client asking for {@code sni} and checking for {@code expected}. */
    private boolean handshake(String sni, String expected) throws Exception {
        var authority = Authority.in(folder, InstantSource.system());
        var names = new ServerNames(authority, List.of("127.0.0.1"));
        try (var listener =
                (SSLServerSocket) names.context().getServerSocketFactory().createServerSocket(0)) {
            var server = CompletableFuture.runAsync(() -> {
                try (var socket = (SSLSocket) listener.accept()) {
                    socket.startHandshake();
                } catch (IOException clientWentAway) {
                    // The client's side tells what was wrong.
                }
            });
            var client = trusting(authority).getSocketFactory();
            try (var socket = (SSLSocket) client.createSocket("127.0.0.1", listener.getLocalPort())) {
                var parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(sni)));
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                var certificate =
                        (X509Certificate) socket.getSession().getPeerCertificates()[0];
                boolean named = certificate.getSubjectAlternativeNames().stream()
                        .anyMatch(n -> n.get(1).equals(expected));
                if (!named) {
                    throw new SSLException("not for " + expected);
                }
                return true;
            } finally {
                server.join();
            }
        }
    }

    private static SSLContext trusting(Authority authority) throws Exception {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null);
        trusted.setCertificateEntry("ca", authority.certificate());
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
