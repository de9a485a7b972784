package dev.remora.app;

import dev.remora.ec2.ServiceDoors;
import dev.remora.iam.EndpointPolicies;
import dev.remora.linux.Netns;
import dev.remora.net.Ip;
import dev.remora.wire.Admin;
import dev.remora.wire.Entrance;
import dev.remora.wire.HttpFront;
import dev.remora.wire.Listening;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The API behind VPC endpoints, one service at each, limited by the endpoint's policy; and the metadata of instances. */
final class EndpointDoors implements ServiceDoors {
    private final HttpFront front;
    private final Authority authority;
    private final EndpointPolicies policies;

    EndpointDoors(HttpFront front, Authority authority, EndpointPolicies policies) {
        this.front = front;
        this.authority = authority;
        this.policies = policies;
    }

    @Override
    public void checkPolicy(String document) {
        policies.check(document);
    }

    @Override
    public AutoCloseable open(Supplier<Netns> inside, List<Ip> addresses, Door door) {
        var entrance = new Entrance(
                door.vpcId(),
                door.endpointId(),
                door.service(),
                (principal, action, resources, context) ->
                        policies.of(door.policy().get()).decide(principal, action, resources, context));
        List<String> at = addresses.stream().map(Ip::toString).toList();
        var names = new ServerNames(authority, at);
        var listening = new ArrayList<Listening>();
        AutoCloseable all = () -> listening.forEach(Listening::close);
        try {
            Netns namespace = inside.get();
            for (String address : at) {
                for (int port : Server.API_PORTS) {
                    listening.add(front.serve(
                            namespace.call(() -> Server.bound(address, port)),
                            entrance,
                            port == Server.HTTPS_PORT ? names.context() : null));
                }
            }
            return all;
        } catch (RuntimeException failure) {
            listening.forEach(Listening::close);
            throw failure;
        } catch (Exception failure) {
            listening.forEach(Listening::close);
            throw new IllegalStateException("nobody listens behind " + door.endpointId(), failure);
        }
    }

    @Override
    public AutoCloseable metadata(Netns inside, Admin service) {
        var place = MetadataPlace.beside(inside);
        try {
            Listening listening = front.serve(place.bound(), service);
            return () -> {
                listening.close();
                place.close();
            };
        } catch (RuntimeException failure) {
            place.close();
            throw failure;
        } catch (Exception failure) {
            place.close();
            throw new IllegalStateException("nobody listens for instance metadata", failure);
        }
    }
}
