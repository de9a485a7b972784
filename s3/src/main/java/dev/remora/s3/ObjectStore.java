package dev.remora.s3;

import dev.remora.wire.Content;
import dev.remora.wire.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Buckets for other services of this process: what they deliver, and what they are told to fetch. */
public interface ObjectStore {
    /** Whose a bucket is, and where. */
    record Place(String owner, String region) {}

    /** The bucket of that name, if there is one. */
    Optional<Place> place(String bucket);

    /**
     * Puts an object for somebody: a service ({@code new Principal.Service(account, "delivery.logs.amazonaws.com")}), which may
     * write to the buckets of the account that it acts for and wherever a bucket's policy lets it, or a caller.
     *
     * @throws dev.remora.wire.AwsError NoSuchBucket, AccessDenied, KeyTooLongError
     */
    void put(String bucket, String key, byte[] content, String contentType, Principal principal);

    /**
     * An object's bytes, for somebody who may s3:GetObject. Whoever gets them closes the stream.
     *
     * @param keys condition keys of the reading
     * @throws dev.remora.wire.AwsError NoSuchBucket, NoSuchKey, AccessDenied
     */
    Content open(String bucket, String key, Principal principal, Map<String, List<String>> keys);
}
