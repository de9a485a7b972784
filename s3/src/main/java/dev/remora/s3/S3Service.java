package dev.remora.s3;

import static dev.remora.s3.BucketDocument.EVERYWHERE;

import dev.remora.s3.Bodies.Written;
import dev.remora.s3.StoredObject.Attributes;
import dev.remora.s3.StoredObject.Bytes;
import dev.remora.s3.StoredObject.Segment;
import dev.remora.s3.StoredObject.Sum;
import dev.remora.iam.ResourcePolicies;
import dev.remora.store.Ids;
import dev.remora.store.Kind;
import dev.remora.store.Store;
import dev.remora.store.View;
import dev.remora.wire.Authorizer;
import dev.remora.wire.Checksum;
import dev.remora.wire.Content;
import dev.remora.wire.Operations;
import dev.remora.wire.Principal;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** S3, put together. Nothing of its files is looked at before the first write. */
public final class S3Service implements ObjectStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3Service.class);

    private final Store store;
    private final InstantSource clock;
    private final Access access;
    private final Bodies bodies;
    private final Objects objects;
    private final Operations operations;
    private final AtomicBoolean swept = new AtomicBoolean();

    /**
     * @param store was opened with {@link #kinds} among its kinds
     * @param folder where objects' bytes are; made at the first write
     * @param authorizer decides calls, by what {@link #buckets} finds too
     */
    public S3Service(Store store, Path folder, Ids ids, InstantSource clock, Authorizer authorizer) {
        this.store = store;
        this.clock = clock;
        this.access = new Access(authorizer);
        this.bodies = new Bodies(folder, ids, clock.instant());
        this.objects = new Objects(store, access, bodies, this::sweepOnce);
        this.operations = Operations.later(S3Operations.SERVICE, () -> table(ids));
    }

    private Operations table(Ids ids) {
        var uploads = new Uploads(store, access, bodies, ids, this::sweepOnce);
        var nouns = new S3Operations.Nouns(
                new Buckets(store, access, bodies),
                objects,
                new Copies(store, access, bodies, objects, uploads),
                new Listings(store, access),
                uploads,
                new UploadListings(store, access),
                new BucketPolicies(store, access),
                new ObjectTags(store, access));
        return S3Operations.of(nouns, new S3Keys(store));
    }

    /** What the service keeps in the store. */
    public static List<Kind<?>> kinds() {
        return List.of(BucketDocument.KIND, StoredObject.KIND, UploadDocument.KIND, UploadDocument.PARTS);
    }

    public Operations operations() {
        return operations;
    }

    /** Finds buckets and their policies for IAM; to be registered for {@code s3}. */
    public ResourcePolicies.Finder buckets() {
        return new BucketFinder(store);
    }

    /** What a crash left behind goes at the first write, aside from it. */
    private void sweepOnce() {
        if (swept.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("s3-sweep").start(this::sweep);
        }
    }

    void sweep() {
        try {
            View view = store.view();
            Set<String> named = new HashSet<>();
            view.all(StoredObject.KIND, EVERYWHERE).forEach(o -> o.bytes().segments().forEach(s -> named.add(s.file())));
            view.all(UploadDocument.PARTS, EVERYWHERE).forEach(p -> p.segment().ifPresent(s -> named.add(s.file())));
            bodies.sweep(named::contains);
        } catch (RuntimeException failure) {
            LOG.warn("files that no object has could not be removed", failure);
        }
    }

    @Override
    public Optional<Place> place(String bucket) {
        return store.view().get(BucketDocument.KIND, EVERYWHERE, bucket).map(b -> new Place(b.owner(), b.region()));
    }

    @Override
    public void put(String bucket, String key, byte[] content, String contentType, Principal principal) {
        Said.checkKey(key);
        access.bucket(store.view(), bucket, null);
        access.require(principal, "s3:PutObject", Access.arn(bucket, key), delivered(principal));
        sweepOnce();
        Written written = bodies.write(new ByteArrayInputStream(content), content.length, Checksum.CRC64NVME);
        Checksum.Value sum = java.util.Objects.requireNonNull(written.checksum());
        var bytes = new Bytes(written.segments(), written.length(), written.md5(),
                new Sum(sum.algorithm().name(), sum.base64(), Objects.FULL_OBJECT), 0);
        var attributes = new Attributes(Map.of("Content-Type", contentType), Map.of(), Map.of(), "STANDARD");
        objects.put(new StoredObject(bucket, key, attributes, bytes, clock.instant()), null, null);
    }

    /** What policies that let a service deliver ask for ("Publish flow logs to Amazon S3", bucket permissions). */
    private static Map<String, List<String>> delivered(Principal principal) {
        return principal instanceof Principal.Service service
                ? Map.of(
                        "aws:SourceAccount", List.of(service.account()),
                        "s3:x-amz-acl", List.of("bucket-owner-full-control"))
                : Map.of();
    }

    @Override
    public Content open(String bucket, String key, Principal principal, Map<String, List<String>> keys) {
        access.bucket(store.view(), bucket, null);
        access.require(principal, "s3:GetObject", Access.arn(bucket, key), keys);
        StoredObject object = objects.held(bucket, key, null, principal, keys);
        List<Segment> segments = object.bytes().segments();
        return bodies.read(segments, 0, object.bytes().size());
    }
}
