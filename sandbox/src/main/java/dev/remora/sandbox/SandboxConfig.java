package dev.remora.sandbox;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What sandboxes need of the host.
 *
 * @param folder a folder of this server alone, made and emptied at the start: the launcher, its socket, the sandboxes' {@code
 *     /etc} and {@code /var/runtime}. Its path is at most {@value #MAX_FOLDER_PATH} bytes long, for the socket's sake
 * @param javaHome the JDK that runs Java functions
 * @param certificateAuthority the installation's own, PEM, trusted in every language besides the host's
 * @param nodeModules a folder of packages that every Node.js function can require, the AWS SDK among them
 * @param javaTrustStore PKCS #12, password {@code changeit}, for Java functions
 * @param spare how many finished, empty sandboxes wait
 * @param prepared how many booted interpreters wait for each language in use and shard; 0 for none
 */
public record SandboxConfig(
        Path folder,
        Path javaHome,
        Optional<Path> certificateAuthority,
        Optional<Path> nodeModules,
        Optional<Path> javaTrustStore,
        int spare,
        int prepared) {
    static final int MAX_FOLDER_PATH = 90;
    static final int MAX_SPARE = 64;
    static final int MAX_PREPARED = 64;

    public SandboxConfig {
        if (!folder.isAbsolute() || folder.toString().length() > MAX_FOLDER_PATH) {
            throw new IllegalArgumentException("the sandboxes' folder must be an absolute, short path: " + folder);
        }
        if (spare < 1 || spare > MAX_SPARE || prepared < 0 || prepared > MAX_PREPARED) {
            throw new IllegalArgumentException("spare " + spare + ", prepared " + prepared);
        }
    }

    /** With this process's own JDK, two spares and two prepared, and nothing of the installation's. */
    public static SandboxConfig in(Path folder) {
        return new SandboxConfig(
                folder, Path.of(System.getProperty("java.home")), Optional.empty(), Optional.empty(), Optional.empty(), 2, 2);
    }

    public SandboxConfig withCertificateAuthority(Path pem) {
        return new SandboxConfig(folder, javaHome, Optional.of(pem), nodeModules, javaTrustStore, spare, prepared);
    }

    public SandboxConfig withNodeModules(Path modules) {
        return new SandboxConfig(folder, javaHome, certificateAuthority, Optional.of(modules), javaTrustStore, spare, prepared);
    }

    public SandboxConfig withJavaTrustStore(Path store) {
        return new SandboxConfig(folder, javaHome, certificateAuthority, nodeModules, Optional.of(store), spare, prepared);
    }

    public SandboxConfig withSpare(int wanted) {
        return new SandboxConfig(folder, javaHome, certificateAuthority, nodeModules, javaTrustStore, wanted, prepared);
    }

    public SandboxConfig withPrepared(int wanted) {
        return new SandboxConfig(folder, javaHome, certificateAuthority, nodeModules, javaTrustStore, spare, wanted);
    }
}
