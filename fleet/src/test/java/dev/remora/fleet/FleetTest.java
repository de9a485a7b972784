package dev.remora.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remora.ec2.Networks;
import dev.remora.fleet.Member.Status;
import dev.remora.linux.Netns;
import dev.remora.net.Names;
import dev.remora.net.Topology;
import dev.remora.sandbox.Confinement;
import dev.remora.store.Ids;
import dev.remora.store.Scope;
import dev.remora.store.SqliteStore;
import dev.remora.store.Store;
import dev.remora.wire.AwsError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fleet over a store in memory, with servers that only note what becomes of them. */
@Timeout(60)
class FleetTest {
    private static final Scope SCOPE = new Scope("123456789012", "eu-west-1");
    private static final String NAME = "w.widgets.amazonaws.com";

    @TempDir
    Path data;

    private final Store store = SqliteStore.inMemory(List.of(Widget.KIND));
    private final TestNetworks networks = new TestNetworks();
    private final NamingFabric fabric = new NamingFabric();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile boolean holding;
    private Optional<Fleet<Widget>> fleet = Optional.empty();

    @AfterEach
    void close() {
        held.countDown();
        fleet.ifPresent(Fleet::close);
        store.close();
    }

    private final Blueprint<Widget> blueprint = new Blueprint<>() {
        @Override
        public String noun() {
            return "widget";
        }

        @Override
        public Place place(Scope scope, Widget document) {
            return new Placement("a widget", "widgets").take(
                    networks, scope, document.place(), List.of("subnet-a", "subnet-b"), Optional.empty(),
                    new AwsError("NoSubnet", 400, "none"));
        }

        @Override
        public boolean owns(Networks.Interface found) {
            return found.description().equals("a widget");
        }

        @Override
        public Server server(Scope scope, Widget document, Netns network, Path folder) {
            return new Noted(document.id(), network, folder);
        }
    };

    private final class Noted implements Server {
        private final String id;
        private final Netns network;
        private final Path folder;

        Noted(String id, Netns network, Path folder) {
            this.id = id;
            this.network = network;
            this.folder = folder;
        }

        @Override
        public void create() throws IOException, InterruptedException {
            begin("create");
        }

        @Override
        public void start() throws IOException, InterruptedException {
            begin("start");
        }

        private void begin(String how) throws IOException, InterruptedException {
            told.add(how + " " + id + " behind " + network.path());
            if (holding) {
                held.await();
            }
            if (broken.contains(id)) {
                throw new IOException("it cannot");
            }
            Files.createDirectories(folder);
        }

        @Override
        public void close() {
            told.add("close " + id);
        }
    }

    private Fleet<Widget> fleet() {
        var around = new Surroundings(
                store, networks, fabric, new Names(fabric), NOBODY, new Engines(data.resolve("engines")), names -> {
                    throw new UnsupportedOperationException();
                }, Ids.random(), data);
        var made = new Fleet<>(Widget.KIND, around, blueprint, "widgets");
        fleet = Optional.of(made);
        return made;
    }

    private static final Confinement NOBODY = new Confinement() {
        @Override
        public Confined run(Program program) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Confined run(Machine machine) {
            throw new UnsupportedOperationException();
        }
    };

    private void put(Widget widget) {
        store.write(tx -> {
            tx.put(Widget.KIND, SCOPE, widget.id(), widget);
            return true;
        });
    }

    private void ask(Fleet<Widget> of, Status status) {
        put(widget().with(status));
        of.attend(SCOPE, "w");
    }

    private Widget widget() {
        return store.view().get(Widget.KIND, SCOPE, "w").orElseThrow();
    }

    private boolean is(Status status) {
        return store.view().get(Widget.KIND, SCOPE, "w").filter(w -> w.status() == status).isPresent();
    }

    private static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private Fleet<Widget> running() throws InterruptedException {
        Fleet<Widget> made = fleet();
        put(Widget.wanted("w", "w-1"));
        made.attend(SCOPE, "w");
        await("it is available", () -> is(Status.AVAILABLE));
        return made;
    }

    @Test
    void a_wanted_server_gets_an_interface_a_folder_and_names_and_is_available() throws Exception {
        Fleet<Widget> made = running();
        assertThat(told).containsExactly("create w behind 123456789012/eu-west-1/vpc-1/eni-1");
        assertThat(widget().place().subnetId()).isEqualTo("subnet-a");
        assertThat(fabric.address(NAME)).isEqualTo("10.0.0.11");
        assertThat(fabric.address("also-w")).isEqualTo("10.0.0.11");
        assertThat(made.running(SCOPE, widget())).isPresent();

        made.attend(SCOPE, "w");
        ask(made, Status.STOPPING);
        await("it is stopped", () -> is(Status.STOPPED));
        assertThat(told).as("attending to what is there does nothing").hasSize(2).endsWith("close w");
        assertThat(fabric.address(NAME)).as("a stopped one keeps its name").isEqualTo("10.0.0.11");
    }

    @Test
    void a_full_subnet_is_passed_over_and_no_subnet_at_all_is_a_failure() throws Exception {
        networks.full.add("subnet-a");
        Fleet<Widget> made = running();
        assertThat(widget().place().subnetId()).isEqualTo("subnet-b");
        networks.full.add("subnet-b");
        put(Widget.wanted("w", "w-2"));
        made.attend(SCOPE, "w");
        await("it failed", () -> is(Status.FAILED));
    }

    @Test
    void a_reboot_ends_it_before_it_starts_again_with_what_it_had() throws Exception {
        Fleet<Widget> made = running();
        ask(made, Status.REBOOTING);
        await("it is available again", () -> is(Status.AVAILABLE));
        assertThat(told.subList(1, told.size()))
                .containsExactly("close w", "start w behind 123456789012/eu-west-1/vpc-1/eni-1");
    }

    @Test
    void one_that_cannot_be_made_has_failed_and_can_only_be_deleted() throws Exception {
        broken.add("w");
        Fleet<Widget> made = fleet();
        put(Widget.wanted("w", "w-1"));
        made.attend(SCOPE, "w");
        await("it failed", () -> is(Status.FAILED));
        assertThat(told).endsWith("close w");
        ask(made, Status.DELETING);
        await("it is gone", () -> store.view().get(Widget.KIND, SCOPE, "w").isEmpty());
        assertThat(networks.interfaces).isEmpty();
        assertThat(fabric.names).isEmpty();
    }

    @Test
    void what_is_deleted_while_it_is_made_is_deleted() throws Exception {
        holding = true;
        Fleet<Widget> made = fleet();
        put(Widget.wanted("w", "w-1"));
        made.attend(SCOPE, "w");
        await("it is being made", () -> !told.isEmpty());
        ask(made, Status.DELETING);
        held.countDown();
        await("it is gone", () -> store.view().get(Widget.KIND, SCOPE, "w").isEmpty());
        assertThat(told).hasSize(2).endsWith("close w");
        assertThat(networks.interfaces).isEmpty();
        assertThat(data.resolve("widgets").resolve("w-1")).doesNotExist();
        assertThat(fabric.names).isEmpty();
    }

    @Test
    void a_start_of_ours_starts_what_was_available_and_clears_away_what_nobody_knows() throws Exception {
        running().close();
        Path unknown = Files.createDirectories(data.resolve("widgets").resolve("unknown"));
        var orphan = networks.create(SCOPE, new Networks.Wanted(
                "subnet-b", Set.of(), "interface", "a widget", "widgets", true, new Topology.Attachment.None()));
        var foreign = networks.create(SCOPE, new Networks.Wanted(
                "subnet-b", Set.of(), "interface", "no widget", "widgets", true, new Topology.Attachment.None()));
        told.clear();

        Fleet<Widget> next = fleet();
        next.recover();
        await("it is available again", () -> is(Status.AVAILABLE));
        assertThat(told).containsExactly("start w behind 123456789012/eu-west-1/vpc-1/eni-1");
        assertThat(unknown).doesNotExist();
        assertThat(data.resolve("widgets").resolve("w-1")).exists();
        assertThat(networks.interfaces).doesNotContainKey(orphan.id()).containsKey(foreign.id());
    }

    @Test
    void a_refused_interface_takes_the_document_away_again() {
        var roll = new Roll<>(store, Widget.KIND, id -> new AwsError("WidgetNotFound", 404, id));
        networks.full.addAll(Set.of("subnet-a", "subnet-b"));
        Widget wanted = Widget.wanted("w", "w-1");
        assertThat(catchThrowableOfType(
                        AwsError.class, () -> roll.add(SCOPE, wanted, tx -> {}, () -> blueprint.place(SCOPE, wanted))))
                .extracting(AwsError::code)
                .isEqualTo(Placement.FULL);
        assertThat(roll.find(SCOPE, "w")).isEmpty();
        networks.full.clear();
        assertThat(roll.add(SCOPE, wanted, tx -> {}, () -> blueprint.place(SCOPE, wanted)).place().interfaceId())
                .isEqualTo("eni-1");
    }
}
