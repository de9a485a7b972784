package dev.remora.net;

/** What lies beyond the namespace that plays the internet. */
public enum InternetMode {
    /** Nothing: Remora's own API and the resolver are all of it. */
    CLOSED,
    /**
     * What the host reaches, by user-mode networking: Debian's {@code pasta} (package {@code passt}) turns packets into the
     * host's own connections. Nothing is changed on the host. The host's own addresses, link-local and private ones stay out
     * of reach.
     */
    HOST
}
