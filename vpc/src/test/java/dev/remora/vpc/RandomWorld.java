package dev.remora.vpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Texts of random VPCs for {@link WorldText}: one to three of them, each with three subnets, with and without IPv6, ACLs, ways to
 * the internet, peerings, route tables of gateways. Two of them may have the same block.
 */
final class RandomWorld {
    static final int[] PORTS = {22, 80, 443, 5432};
    static final String INTERNET_HOST = "198.18.0.1";

    private final Random random;
    private final StringBuilder text = new StringBuilder();

    private RandomWorld(Random random) {
        this.random = random;
    }

    static String text(Random random) {
        var world = new RandomWorld(random);
        int count = 1 + random.nextInt(3);
        boolean peered = count > 1 && random.nextInt(4) > 0;
        for (int i = 0; i < count; i++) {
            // A third one has the first one's block: the two must never meet.
            world.vpc("abc".charAt(i), i == 1 ? 1 : 0, i, peered && i < 2);
        }
        return world.text.toString();
    }

    private boolean odds(int of) {
        return random.nextInt(of) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void vpc(char name, int net, int number, boolean peered) {
        String v4 = "10." + net + ".";
        String v6 = "2001:db8:1000:" + number;
        boolean dual = odds(2);
        line("world " + name);
        line("vpc " + v4 + "0.0/16" + (dual ? " " + v6 + "00::/56" : ""));
        boolean internet = random.nextInt(4) > 0;
        boolean egressOnly = dual && odds(2);
        boolean nat = random.nextInt(3) > 0;
        List<String> acls = acls(name);
        for (int s = 1; s <= 3; s++) {
            line("subnet " + name + s + " " + v4 + s + ".0/24" + (dual ? " " + v6 + "0" + s + "::/64" : "")
                    + (odds(2) ? " by " + name + "own" : "") + (odds(2) ? " acl " + one(acls) : ""));
        }
        for (String table : List.of("main", name + "own")) {
            line("table " + table);
            line("  " + v4 + "0.0/16 local");
            if (dual) {
                line("  " + v6 + "00::/56 local");
            }
            routes(name, net, dual, internet, egressOnly, nat, peered);
        }
        boolean edge = internet && odds(2);
        if (edge) {
            edge(name, v4, dual ? v6 : "");
        }
        if (internet) {
            line("internet igw-" + name + (edge ? " by " + name + "edge" : ""));
        }
        if (egressOnly) {
            line("egress-only eigw-" + name);
        }
        List<String> groups = groups(name, peered);
        int address = 0;
        for (int s = 1; s <= 3; s++) {
            for (int i = 4; i < 6; i++) {
                if (random.nextInt(5) > 0) {
                    boolean appliance = edge && i == 5;
                    String behind = one(List.of("nothing", "workload", "workload", "workload", "key-" + name + s + i));
                    String outside = behind.equals("workload") && odds(3) ? " public 198.18.64." + (10 * number + ++address) : "";
                    line("interface eni-" + name + s + i + " in " + name + s + " at " + v4 + s + "." + i
                            + (dual && random.nextInt(3) > 0 ? "," + v6 + "0" + s + "::" + i : "") + " of " + one(groups)
                            + (odds(3) ? "," + one(groups) : "") + " behind " + behind + outside
                            + (appliance && random.nextInt(4) > 0 ? " unchecked" : ""));
                }
            }
        }
        if (nat) {
            line("interface eni-" + name + "nat in " + name + "3 at " + v4 + "3.100 of none behind nat"
                    + (odds(3) ? "" : " public 198.18.64.10" + number));
            line("nat nat-" + name + " on eni-" + name + "nat");
        }
        if (peered) {
            line("peer pcx-1");
        }
    }

    /** What comes in is led past one of the interfaces that may be there, and may be appliances. */
    private void edge(char name, String v4, String v6) {
        line("table " + name + "edge");
        line("  " + v4 + "0.0/16 " + (odds(3) ? "eni-" + name + "25" : "local"));
        for (int s = 1; s <= 3; s++) {
            if (odds(2)) {
                line("  " + v4 + s + ".0/24 eni-" + name + (1 + random.nextInt(3)) + "5" + (odds(8) ? " gone" : ""));
            }
            if (!v6.isEmpty() && odds(2)) {
                line("  " + v6 + "0" + s + "::/64 eni-" + name + (1 + random.nextInt(3)) + "5");
            }
        }
        if (!v6.isEmpty()) {
            line("  " + v6 + "00::/56 " + (odds(3) ? "eni-" + name + "35" : "local"));
        }
    }

    private void routes(char name, int net, boolean dual, boolean internet, boolean egressOnly, boolean nat, boolean peered) {
        List<String> ways = new ArrayList<>(List.of("igw-gone gone"));
        if (internet) {
            ways.add("igw-" + name);
        }
        if (nat) {
            ways.add("nat-" + name);
            ways.add("nat-" + name);
        }
        if (random.nextInt(4) > 0) {
            line("  0.0.0.0/0 " + one(ways));
        }
        if (nat && odds(4)) {
            line("  198.18.64.0/18 nat-" + name);
        }
        List<String> ways6 = new ArrayList<>(List.of("eigw-gone gone"));
        if (internet) {
            ways6.add("igw-" + name);
        }
        if (egressOnly) {
            ways6.add("eigw-" + name);
        }
        if (dual && random.nextInt(3) > 0) {
            line("  ::/0 " + one(ways6));
        }
        if (peered && random.nextInt(4) > 0) {
            line("  10." + (1 - net) + ".0.0/16 pcx-1");
            if (dual) {
                line("  2001:db8:1000:" + (1 - net) + "00::/56 pcx-1");
            }
        }
    }

    private List<String> acls(char name) {
        List<String> names = new ArrayList<>(List.of("acl"));
        for (int a = 0; a < random.nextInt(3); a++) {
            String acl = name + "acl" + a;
            names.add(acl);
            line("acl " + acl);
            for (String direction : List.of("in", "out")) {
                int number = 100;
                for (int e = random.nextInt(3); e > 0; e--) {
                    line("  " + direction + " " + number++ + " " + one(List.of("allow", "deny")) + " " + traffic()
                            + " with "
                            + one(List.of("10.0.0.0/8", "10.0.1.0/24", "10.1.0.0/16", "198.18.0.0/15", "2001:db8::/32")));
                }
                if (random.nextInt(4) > 0) {
                    line("  " + direction + " 200 allow all with 0.0.0.0/0");
                    line("  " + direction + " 201 allow all with ::/0");
                }
            }
        }
        return names;
    }

    private List<String> groups(char name, boolean peered) {
        int count = 1 + random.nextInt(3);
        List<String> names = new ArrayList<>();
        for (int g = 0; g < count; g++) {
            names.add(name + "g" + g);
        }
        List<String> peers = new ArrayList<>(names);
        peers.addAll(List.of("0.0.0.0/0", "0.0.0.0/0", "::/0", "10.0.0.0/15", "10.0.1.0/24", "198.18.0.0/15", "2001:db8::/32"));
        if (peered) {
            peers.add((name == 'a' ? "b" : "a") + "g0");
        }
        for (String group : names) {
            line("group " + group);
            if (random.nextInt(3) > 0) {
                line("  egress all to 0.0.0.0/0");
                line("  egress all to ::/0");
            }
            for (int r = random.nextInt(5); r > 0; r--) {
                boolean ingress = random.nextInt(3) > 0;
                line("  " + (ingress ? "ingress " : "egress ") + traffic() + (ingress ? " from " : " to ") + one(peers));
            }
        }
        return names;
    }

    private String traffic() {
        return one(List.of("all", "all", "tcp 22-443", "tcp 5432", "udp 80", "udp 0-65535", "tcp 0-65535", "udp 1024-65535"));
    }
}
