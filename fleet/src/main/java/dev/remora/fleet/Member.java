package dev.remora.fleet;

import java.util.List;

/**
 * A document of one managed server.
 *
 * @param <D> the record itself
 */
public interface Member<D> {
    /** The id under which the document is stored. */
    String id();

    /** Sets it apart from an earlier one of the same id: never used again. */
    String resourceId();

    Status status();

    Place place();

    /** The name of its folder on the host: short, because a Unix socket in it may have 107 bytes of path. */
    String folder();

    /** Further names of its address, besides the endpoint. */
    default List<String> aliases() {
        return List.of();
    }

    D with(Status status);

    D with(Place place);

    /** Where a server stands. */
    enum Status {
        CREATING,
        AVAILABLE,
        STOPPING,
        STOPPED,
        STARTING,
        REBOOTING,
        /** Its server is started anew with other settings. */
        MODIFYING,
        DELETING,
        /** It could not be made; only deleting it is left. */
        FAILED
    }
}
