package dev.remora.app;

import dev.remora.fleet.Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;

/**
 * The installation's own certificate authority. What runs in a sandbox trusts it, so that AWS's own names lead to Remora over
 * TLS and verify. It is made at the first start and belongs to the data folder; its key never leaves it, and nothing on the
 * host trusts it.
 *
 * <p>The JDK signs and reads certificates but does not make them, so the few structures of RFC 5280 are written here with
 * {@link Der}. Rejected: Bouncy Castle, whose jars are signed: checking the signatures took a third of a second of each
 * start, and signed classes cannot be kept in Java's cache.
 */
final class Authority {
    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofDays(365);
    /** Clocks in a sandbox are the host's, but a certificate made this second must be valid for whoever rounds down. */
    private static final Duration SLACK = Duration.ofHours(1);

    private static final int SERIAL_BITS = 127;
    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String SUBJECT_KEY = "2.5.29.14";
    private static final String AUTHORITY_KEY = "2.5.29.35";
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final byte[] SERVER = Der.sequence(Der.oid("1.3.6.1.5.5.7.3.1"));
    private static final byte[] SIGNS_CERTIFICATES = Der.bits(1, (byte) 0b0000_0110);
    private static final byte[] SIGNS = Der.bits(7, (byte) 0b1000_0000);
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path certificateFile;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** A certificate for a server, with its chain and its key. */
    record Leaf(List<X509Certificate> chain, PrivateKey key) {
        /** As servers that are not ours take it. */
        Certificates.Issued pem() {
            try {
                var text = new StringBuilder();
                for (X509Certificate link : chain) {
                    text.append(Authority.pem("CERTIFICATE", link.getEncoded()));
                }
                return new Certificates.Issued(text.toString(), Authority.pem("PRIVATE KEY", key.getEncoded()));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private Authority(X509Certificate certificate, PrivateKey key, Path certificateFile, InstantSource clock) {
        this.certificate = certificate;
        this.key = key;
        this.certificateFile = certificateFile;
        this.clock = clock;
    }

    /** The authority in a folder, made there if there is none. */
    static Authority in(Path folder, InstantSource clock) {
        Path certificateFile = folder.resolve("ca.pem");
        Path keyFile = folder.resolve("ca.key");
        try {
            if (!Files.exists(certificateFile)) {
                make(folder, certificateFile, keyFile, clock);
            }
            var certificate = read(Files.readAllBytes(certificateFile));
            byte[] encoded =
                    Base64.getMimeDecoder().decode(Files.readString(keyFile).replaceAll("-----[A-Z ]+-----", ""));
            var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return new Authority(certificate, key, certificateFile, clock);
        } catch (IOException failure) {
            throw new UncheckedIOException("the certificate authority in " + folder, failure);
        } catch (GeneralSecurityException | IllegalArgumentException damaged) {
            throw new StartFailure(
                    "the certificate authority in " + folder + " is damaged: remove it to have a new one.");
        }
    }

    private static void make(Path folder, Path certificateFile, Path keyFile, InstantSource clock)
            throws IOException, GeneralSecurityException {
        Files.createDirectories(folder);
        KeyPair pair = keyPair();
        var random = new SecureRandom();
        byte[] name = name("Remora " + Long.toHexString(random.nextLong()));
        byte[] extensions = Der.sequence(
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), Der.integer(0))),
                extension(KEY_USAGE, true, SIGNS_CERTIFICATES),
                extension(SUBJECT_KEY, false, Der.octets(keyId(pair.getPublic()))));
        byte[] body = body(random, name, clock.instant(), CA_LIFE, name, pair.getPublic(), extensions);
        // The key first: a certificate file says that both are there.
        write(keyFile, "PRIVATE KEY", pair.getPrivate().getEncoded(), "rw-------");
        write(certificateFile, "CERTIFICATE", signed(body, pair.getPrivate()), "rw-r--r--");
    }

    private static void write(Path file, String what, byte[] content, String permissions) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(half);
        Files.createFile(half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.writeString(half, pem(what, content));
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String pem(String what, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    /** The authority's certificate, PEM, as sandboxes get it. */
    Path certificateFile() {
        return certificateFile;
    }

    /** The JDK's own authorities and this one, PKCS #12, password {@code changeit}, for Java in sandboxes; made if not there. */
    Path trustStoreFile() {
        Path file = certificateFile.resolveSibling("trust.p12");
        if (Files.exists(file)) {
            return file;
        }
        char[] password = "changeit".toCharArray();
        try {
            Path ofJdk = Path.of(System.getProperty("java.home"), "lib/security/cacerts");
            var trusted = KeyStore.getInstance(ofJdk.toFile(), password);
            trusted.setCertificateEntry("remora", certificate);
            var store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            for (String alias : Collections.list(trusted.aliases())) {
                store.setCertificateEntry(alias, trusted.getCertificate(alias));
            }
            Path half = file.resolveSibling("trust.p12.new");
            try (var out = Files.newOutputStream(half)) {
                store.store(out, password);
            }
            return Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new UncheckedIOException("the trust store " + file, failure);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("the trust store " + file, failure);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** A fresh certificate for a server of these names and addresses. */
    Leaf issue(List<String> dnsNames, List<String> addresses) {
        try {
            KeyPair pair = keyPair();
            var names = new ArrayList<byte[]>();
            for (String dnsName : dnsNames) {
                names.add(Der.implicit(DNS_NAME, dnsName.getBytes(StandardCharsets.US_ASCII)));
            }
            for (String address : addresses) {
                names.add(
                        Der.implicit(IP_ADDRESS, InetAddress.ofLiteral(address).getAddress()));
            }
            byte[] authorityKey = Der.sequence(Der.implicit(0, keyId(certificate.getPublicKey())));
            byte[] extensions = Der.sequence(
                    extension(ALTERNATIVE_NAMES, false, Der.sequence(names.toArray(byte[][]::new))),
                    extension(BASIC_CONSTRAINTS, true, Der.sequence()),
                    extension(KEY_USAGE, true, SIGNS),
                    extension(EXTENDED_KEY_USAGE, false, SERVER),
                    extension(SUBJECT_KEY, false, Der.octets(keyId(pair.getPublic()))),
                    extension(AUTHORITY_KEY, false, authorityKey));
            byte[] issuer = certificate.getSubjectX500Principal().getEncoded();
            byte[] subject = name(dnsNames.getFirst());
            byte[] body = body(random, issuer, clock.instant(), LEAF_LIFE, subject, pair.getPublic(), extensions);
            return new Leaf(List.of(read(signed(body, key)), certificate), pair.getPrivate());
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("a certificate for " + dnsNames, failure);
        }
    }

    private static byte[] body(
            SecureRandom random,
            byte[] issuer,
            Instant now,
            Duration life,
            byte[] subject,
            PublicKey key,
            byte[] extensions) {
        return Der.sequence(
                Der.explicit(0, Der.integer(2)),
                Der.integer(new BigInteger(SERIAL_BITS, random)),
                ECDSA_WITH_SHA256,
                issuer,
                Der.sequence(Der.time(now.minus(SLACK)), Der.time(now.plus(life))),
                subject,
                key.getEncoded(),
                Der.explicit(3, extensions));
    }

    private static byte[] signed(byte[] body, PrivateKey key) throws GeneralSecurityException {
        var signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(body);
        return Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(0, signature.sign()));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.yes(), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    /** A name of an organization and a common name, which may have 64 characters. */
    private static byte[] name(String common) {
        String shortened = common.substring(0, Math.min(common.length(), 64));
        return Der.sequence(
                Der.set(Der.sequence(Der.oid("2.5.4.10"), Der.utf8("Remora"))),
                Der.set(Der.sequence(Der.oid("2.5.4.3"), Der.utf8(shortened))));
    }

    private static byte[] keyId(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate read(byte[] encoded) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
    }
}
