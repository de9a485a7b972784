package dev.remora.net;

import java.time.InstantSource;

/**
 * @param clock for the times of drops
 * @param readySlots how many slots each shard keeps ready; 0 to make each when it is taken
 */
public record FabricConfig(InstantSource clock, int readySlots, InternetMode internet) {
    /** Kept ready by default: more than the functions that start at once on a small machine, about 5 MiB of kernel memory. */
    public static final int READY_SLOTS = 16;

    public static FabricConfig defaults(InternetMode internet) {
        return new FabricConfig(InstantSource.system(), READY_SLOTS, internet);
    }
}
