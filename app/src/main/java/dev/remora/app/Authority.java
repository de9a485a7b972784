package dev.remora.app;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * The installation's own certificate authority. What runs in a sandbox trusts it, so that AWS's own names lead to Remora over
 * TLS and verify. It is made at the first start and belongs to the data folder; its key never leaves it, and nothing on the
 * host trusts it.
 */
final class Authority {
    private static final Duration CA_LIFE = Duration.ofDays(3650);
    private static final Duration LEAF_LIFE = Duration.ofDays(365);
    /** Clocks in a sandbox are the host's, but a certificate made this second must be valid for whoever rounds down. */
    private static final Duration SLACK = Duration.ofHours(1);

    private static final int SERIAL_BITS = 127;
    private static final String SIGNATURE = "SHA256withECDSA";

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final Path certificateFile;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** A certificate for a server, with its chain and its key. */
    record Leaf(List<X509Certificate> chain, PrivateKey key) {}

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
            try (var certificates = new PEMParser(new StringReader(Files.readString(certificateFile)));
                    var keys = new PEMParser(new StringReader(Files.readString(keyFile)))) {
                if (certificates.readObject() instanceof X509CertificateHolder holder
                        && keys.readObject() instanceof PrivateKeyInfo info) {
                    return new Authority(
                            new JcaX509CertificateConverter().getCertificate(holder),
                            new JcaPEMKeyConverter().getPrivateKey(info),
                            certificateFile,
                            clock);
                }
            }
            throw new StartFailure("the certificate authority in " + folder + " is damaged: remove it to have a new one.");
        } catch (IOException failure) {
            throw new UncheckedIOException("the certificate authority in " + folder, failure);
        } catch (GeneralSecurityException | OperatorCreationException failure) {
            throw new IllegalStateException("the certificate authority in " + folder, failure);
        }
    }

    private static void make(Path folder, Path certificateFile, Path keyFile, InstantSource clock)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        Files.createDirectories(folder);
        KeyPair pair = keyPair();
        var random = new SecureRandom();
        var name = new X500Name("CN=Remora " + Long.toHexString(random.nextLong()) + ",O=Remora");
        var now = clock.instant();
        var extensions = new JcaX509ExtensionUtils();
        var builder = new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(SERIAL_BITS, random),
                        Date.from(now.minus(SLACK)),
                        Date.from(now.plus(CA_LIFE)),
                        name,
                        pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(pair.getPublic()));
        var made = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate())));
        // The key first: a certificate file says that both are there.
        write(keyFile, new PemObject("PRIVATE KEY", pair.getPrivate().getEncoded()), "rw-------");
        write(certificateFile, new PemObject("CERTIFICATE", made.getEncoded()), "rw-r--r--");
    }

    private static void write(Path file, PemObject content, String permissions) throws IOException {
        var text = new StringWriter();
        try (var pem = new PemWriter(text)) {
            pem.writeObject(content);
        }
        Path half = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(half);
        Files.createFile(half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.writeString(half, text.toString());
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static KeyPair keyPair() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** The authority's certificate, PEM, as sandboxes get it. */
    Path certificateFile() {
        return certificateFile;
    }

    /** The JDK's own authorities and this one, PKCS #12, password {@code changeit}, for Java in sandboxes; made when it is not there. */
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

    /** A fresh certificate for a server of these names; the first is its subject. */
    Leaf issue(List<String> dnsNames, List<String> addresses) {
        try {
            KeyPair pair = keyPair();
            var now = clock.instant();
            var names = new java.util.ArrayList<GeneralName>();
            dnsNames.forEach(n -> names.add(new GeneralName(GeneralName.dNSName, n)));
            addresses.forEach(a -> names.add(new GeneralName(GeneralName.iPAddress, a)));
            var extensions = new JcaX509ExtensionUtils();
            var builder = new JcaX509v3CertificateBuilder(
                            X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
                            new BigInteger(SERIAL_BITS, random),
                            Date.from(now.minus(SLACK)),
                            Date.from(now.plus(LEAF_LIFE)),
                            new X500Name("O=Remora"),
                            pair.getPublic())
                    .addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names.toArray(GeneralName[]::new)))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            var leaf = new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
            return new Leaf(List.of(leaf, certificate), pair.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException failure) {
            throw new IllegalStateException("a certificate for " + dnsNames, failure);
        }
    }
}
