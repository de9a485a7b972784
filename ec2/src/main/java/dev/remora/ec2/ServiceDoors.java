package dev.remora.ec2;

import dev.remora.linux.Netns;
import dev.remora.net.Ip;
import dev.remora.wire.Admin;
import java.util.List;
import java.util.function.Supplier;

/** Where AWS's services listen inside: for what comes through VPC endpoints, and for what instances ask of themselves. */
public interface ServiceDoors {
    /** None: nobody listens, and any policy is taken. */
    ServiceDoors NONE = new ServiceDoors() {
        @Override
        public void checkPolicy(String document) {}

        @Override
        public AutoCloseable open(Supplier<Netns> inside, List<Ip> addresses, Door door) {
            return () -> {};
        }

        @Override
        public AutoCloseable metadata(Netns inside, Admin service) {
            return () -> {};
        }
    };

    /** @throws dev.remora.wire.AwsError if the document is no policy of an endpoint */
    void checkPolicy(String document);

    /**
     * Listens in a namespace, at addresses that it has, until the answer is closed.
     *
     * @param inside the namespace
     */
    AutoCloseable open(Supplier<Netns> inside, List<Ip> addresses, Door door);

    /** Lets a metadata service answer at its own address, for one namespace alone, until the answer is closed. */
    AutoCloseable metadata(Netns inside, Admin service);

    /**
     * @param service its signing name
     * @param policy the endpoint's policy as it is now
     */
    record Door(String vpcId, String endpointId, String service, Supplier<String> policy) {}
}
