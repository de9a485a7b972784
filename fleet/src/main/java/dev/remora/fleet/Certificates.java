package dev.remora.fleet;

import java.util.List;

/** Issues certificates that every function's runtime trusts. */
public interface Certificates {
    /** A fresh certificate for a server of these names. */
    Issued issue(List<String> names);

    /**
     * Both PEM.
     *
     * @param chain the server's certificate, then its authority's
     */
    record Issued(String chain, String key) {}
}
