package dev.remora.ec2;

import dev.remora.linux.Netns;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What instances run on. It knows nothing of their networks but the namespace that each one lives in. */
public interface Machines {
    /**
     * Starts a machine: with its disk, if it has run before, else with a fresh one, on which its user data is run once as root.
     *
     * @throws IllegalStateException with what went wrong; nothing of it runs then
     */
    Machine start(Spec spec);

    /** Takes a machine's disk and console away; it does not run. */
    void remove(String id);

    /** The last of what it printed; empty if it has printed nothing. */
    String console(String id);

    /** What the image is called, a line: {@code Debian GNU/Linux 12 (bookworm)}. */
    String imageName();

    /**
     * @param id the instance's
     * @param number as {@link Instance#number}
     * @param hostname {@code ip-10-0-1-4}
     * @param userData to run at the first start; empty for none
     */
    record Spec(
            String id,
            int number,
            String hostname,
            String domain,
            byte[] userData,
            Netns network,
            int memoryMiB,
            int cpuThousandths) {}

    /** A running machine. It ends with this process. */
    interface Machine extends AutoCloseable {
        /** Done when it ended, by itself or not. */
        CompletableFuture<Integer> exit();

        /** The host's number of its first process, for entering it; none if it has ended. Waits for one that begins. */
        OptionalLong process();

        /** Asks it to end; {@link #close} does not ask. */
        void shutDown();

        @Override
        void close();
    }

    /** Where a running instance can be entered; for the operator of the host. */
    record Door(String id, long process) {}

    /** A host without machines, for tests of everything else. */
    Machines NONE = new Machines() {
        @Override
        public Machine start(Spec spec) {
            throw new IllegalStateException("there are no machines here");
        }

        @Override
        public void remove(String id) {}

        @Override
        public String console(String id) {
            return "";
        }

        @Override
        public String imageName() {
            return "none";
        }
    };

}
