package dev.remora.net;

import dev.remora.sharing.SharedMap;
import dev.remora.sharing.SharedSet;
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

    static final NameTable EMPTY = new NameTable(SharedMap.empty(), SharedSet.empty());

    private final SharedMap<String, List<Ip>> addresses;
    private final SharedSet<Named> names;

    /**
     * That a name is one of an address's own. Of several, that which is made of the address (ip-10-0-1-4.ec2.internal) comes
     * first.
     */
    private record Named(Ip address, boolean other, String name) implements Comparable<Named> {
        static Named first(Ip address) {
            return new Named(address, false, "");
        }

        @Override
        public int compareTo(Named that) {
            int byAddress = address.compareTo(that.address);
            int order = byAddress != 0 ? byAddress : Boolean.compare(other, that.other);
            return order != 0 ? order : name.compareTo(that.name);
        }
    }

    private NameTable(SharedMap<String, List<Ip>> addresses, SharedSet<Named> names) {
        this.addresses = addresses;
        this.names = names;
    }

    /** @param addresses by name: lower case, no final dot */
    NameTable(Map<String, List<Ip>> addresses) {
        NameTable table = EMPTY.next(SharedMap.copyOf(addresses));
        this.addresses = table.addresses;
        this.names = table.names;
    }

    /** A table of these names, made of what differs. */
    NameTable next(SharedMap<String, List<Ip>> wanted) {
        var reverse = new Object() {
            SharedSet<Named> names = NameTable.this.names;
        };
        SharedMap.differences(addresses, wanted, (name, had, has) -> {
            if (!name.startsWith(ANY) && !PublicNames.isOne(name)) {
                boolean other = !name.startsWith("ip-");
                for (Ip address : had == null ? List.<Ip>of() : had) {
                    reverse.names = reverse.names.minus(new Named(address, other, name));
                }
                for (Ip address : has == null ? List.<Ip>of() : has) {
                    reverse.names = reverse.names.plus(new Named(address, other, name));
                }
            }
        });
        return new NameTable(wanted, reverse.names);
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
        return names.from(Named.first(address)).first().filter(named -> named.address().equals(address)).map(Named::name);
    }
}
