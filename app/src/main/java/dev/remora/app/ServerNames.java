package dev.remora.app;

import dev.remora.app.Authority.Leaf;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows each client a certificate for the very name that it asks for, where that is a name of AWS's: a wildcard covers one
 * label only, and AWS's names have any number of them. Who asks for no name gets one for our addresses.
 */
final class ServerNames extends X509ExtendedKeyManager {
    /** How many names are kept; beyond them the one that was asked for least lately is made anew when it comes back. */
    static final int KEPT = 512;

    private static final String OURS = "localhost";
    private final Authority authority;
    private final List<String> addresses;
    private final Map<String, Leaf> leaves = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Leaf> eldest) {
            return size() > KEPT;
        }
    };

    /** @param addresses our own, for clients that connect by address */
    ServerNames(Authority authority, List<String> addresses) {
        this.authority = authority;
        this.addresses = List.copyOf(addresses);
    }

    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {this}, null, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static boolean ofAws(String name) {
        return name.endsWith(".amazonaws.com") || name.endsWith(".aws");
    }

    private synchronized Leaf leaf(String name) {
        return leaves.computeIfAbsent(
                name,
                n -> n.equals(OURS)
                        ? authority.issue(List.of(OURS), addresses)
                        : authority.issue(List.of(n), List.of()));
    }

    private static String alias(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName asked : extended.getRequestedServerNames()) {
                if (asked instanceof SNIHostName host) {
                    String name = host.getAsciiName().toLowerCase(Locale.ROOT);
                    return ofAws(name) ? name : OURS;
                }
            }
        }
        return OURS;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return keyType.equals("EC") && socket instanceof SSLSocket tls ? alias(tls.getHandshakeSession()) : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return keyType.equals("EC") ? alias(engine.getHandshakeSession()) : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return leaf(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return leaf(alias).key();
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
