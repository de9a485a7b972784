package dev.remora.wire;

/** What a listener believes of its peers. */
public enum Trust {
    /** The listener is in the host's network: a peer with a loopback address is on this machine. */
    HOST,
    /** The listener is reachable from sandboxes or VPCs: no address proves anything. */
    NONE
}
