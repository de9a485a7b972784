package dev.remora.ec2;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** Machines that only take notes, and end when they are told to. */
final class NotedMachines implements Machines {
    final List<Spec> started = new CopyOnWriteArrayList<>();
    final List<String> removed = new CopyOnWriteArrayList<>();
    final Map<String, Noted> running = new ConcurrentHashMap<>();
    final AtomicBoolean refuses = new AtomicBoolean();

    final class Noted implements Machine {
        final CompletableFuture<Integer> exit = new CompletableFuture<>();
        private final String id;

        Noted(String id) {
            this.id = id;
        }

        @Override
        public CompletableFuture<Integer> exit() {
            return exit;
        }

        @Override
        public OptionalLong process() {
            return OptionalLong.of(4711);
        }

        @Override
        public void shutDown() {
            exit.complete(0);
        }

        @Override
        public void close() {
            running.remove(id, this);
            exit.complete(137);
        }
    }

    @Override
    public Machine start(Spec spec) {
        if (refuses.get()) {
            throw new IllegalStateException("no");
        }
        started.add(spec);
        var machine = new Noted(spec.id());
        running.put(spec.id(), machine);
        return machine;
    }

    @Override
    public void remove(String id) {
        removed.add(id);
    }

    @Override
    public String console(String id) {
        return "console of " + id;
    }

    @Override
    public String imageName() {
        return "Test 1";
    }

    List<String> startedIds() {
        return new ArrayList<>(started).stream().map(Spec::id).toList();
    }
}
