package dev.remora.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CompilerPropertyTest {
    @Property(tries = 200)
    void compiling_does_not_depend_on_order(@ForAll Random random) {
        for (VpcContents contents : WorldText.parse(RandomWorld.text(random))) {
            assertThat(Compiler.compile(shuffled(contents, random))).isEqualTo(Compiler.compile(contents));
        }
    }

    private static VpcContents shuffled(VpcContents c, Random random) {
        return new VpcContents(
                c.router(), c.privateDomain(), c.vpc(), mixed(c.subnets(), random), mixed(c.groups(), random),
                mixed(c.interfaces(), random), mixed(c.routeTables(), random), mixed(c.acls(), random), c.internetGateway(),
                c.egressOnlyGateway(), mixed(c.natGateways(), random), mixed(c.elasticIps(), random),
                mixed(c.neighbours(), random), mixed(c.endpoints(), random), c.prefixLists(), c.insideNames(),
                c.metered());
    }

    private static <T> List<T> mixed(List<T> list, Random random) {
        var copy = new ArrayList<>(list);
        Collections.shuffle(copy, random);
        return copy;
    }
}
