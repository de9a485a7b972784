package dev.remora.ec2;

import dev.remora.store.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps what flow logs deliver; there is one role, {@code …:role/flows}, and one bucket, {@code flows}. */
final class NotedDelivery implements FlowDelivery {
    static final String ROLE = "arn:aws:iam::000000000000:role/flows";

    final Map<String, List<String>> streams = new LinkedHashMap<>();
    final Map<String, byte[]> objects = new LinkedHashMap<>();
    Optional<String> failure = Optional.empty();

    @Override
    public boolean assumable(String roleArn) {
        return roleArn.equals(ROLE);
    }

    @Override
    public boolean bucketExists(Scope scope, String bucket) {
        return bucket.equals("flows");
    }

    @Override
    public Optional<String> toLogGroup(
            Scope scope, String roleArn, String group, String stream, Instant time, List<String> lines) {
        streams.computeIfAbsent(group + " " + stream, none -> new ArrayList<>()).addAll(lines);
        return failure;
    }

    @Override
    public Optional<String> toBucket(Scope scope, String bucket, String key, byte[] object) {
        objects.put(bucket + " " + key, object);
        return failure;
    }
}
