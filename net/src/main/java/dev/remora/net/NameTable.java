package dev.remora.net;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Names with their addresses, and the other way round. {@code *.example.com} is every name below that has no addresses of its
 * own; the nearest such one counts. Public names are not names of the private addresses that they lead to.
 */
final class NameTable {
    private static final String ANY = "*";

    /** Of several names of one address, that which is made of the address (ip-10-0-1-4.ec2.internal) is its name. */
    private static final Comparator<String> BEST =
            Comparator.comparing((String name) -> !name.startsWith("ip-")).thenComparing(Comparator.naturalOrder());

    static final NameTable EMPTY = new NameTable(Map.of());

    private final Map<String, List<Ip>> addresses;
    private final Map<Ip, String> names = new HashMap<>();

    /** @param addresses by name: lower case, no final dot */
    NameTable(Map<String, List<Ip>> addresses) {
        this.addresses = Map.copyOf(addresses);
        addresses.entrySet().stream()
                .filter(named -> !named.getKey().startsWith(ANY) && !PublicNames.isOne(named.getKey()))
                .sorted(Map.Entry.comparingByKey(BEST))
                .forEach(named -> named.getValue().forEach(address -> names.putIfAbsent(address, named.getKey())));
    }

    /** Null if the name is unknown. */
    @Nullable List<Ip> addresses(String name) {
        List<Ip> found = addresses.get(name);
        for (int dot = name.indexOf('.'); found == null && dot >= 0; dot = name.indexOf('.', dot + 1)) {
            found = addresses.get(ANY + name.substring(dot));
        }
        return found;
    }

    Optional<String> name(Ip address) {
        return Optional.ofNullable(names.get(address));
    }
}
