package dev.remora.s3;

import dev.remora.wire.Operations;
import dev.remora.wire.Protocol;
import dev.remora.wire.ServiceInfo;
import java.util.List;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketRequest;
import software.amazon.awssdk.services.s3.model.DeleteBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetBucketLocationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.GetBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.PutBucketPolicyRequest;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectTaggingRequest;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** What Remora supports of S3. */
final class S3Operations {
    static final ServiceInfo SERVICE =
            new ServiceInfo("s3", "s3", Protocol.REST_XML, "2006-03-01", "http://s3.amazonaws.com/doc/2006-03-01/", "");

    private final S3Keys keys;

    private S3Operations(S3Keys keys) {
        this.keys = keys;
    }

    /** The nouns that have operations. */
    record Nouns(
            Buckets buckets,
            Objects objects,
            Copies copies,
            Listings listings,
            Uploads uploads,
            UploadListings uploadListings,
            BucketPolicies policies,
            ObjectTags tags) {}

    static Operations of(Nouns nouns, S3Keys keys) {
        var operations = new Operations(SERVICE);
        new S3Operations(keys).on(operations, nouns);
        return operations;
    }

    private void on(Operations operations, Nouns nouns) {
        buckets(operations, nouns.buckets());
        objects(operations, nouns.objects(), nouns.copies());
        listings(operations, nouns.listings());
        uploads(operations, nouns.uploads(), nouns.uploadListings(), nouns.copies());
        policies(operations, nouns.policies());
        tags(operations, nouns.tags());
    }

    private void buckets(Operations operations, Buckets buckets) {
        operations.on(CreateBucketRequest.class, buckets::create)
                .enforced("ACL", "Bucket", "CreateBucketConfiguration", "ObjectOwnership")
                .refused("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
                .refused("ObjectLockEnabledForBucket", "BucketNamespace")
                .permissions((i, c) -> keys.bucket("s3:CreateBucket", i.bucket()))
                .context((i, c) -> S3Keys.of(i));
        operations.on(DeleteBucketRequest.class, buckets::delete)
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:DeleteBucket", i.bucket()));
        operations.on(HeadBucketRequest.class, buckets::head)
                .action("s3:ListBucket")
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:ListBucket", i.bucket()));
        operations.on(ListBucketsRequest.class, buckets::list)
                .action("s3:ListAllMyBuckets")
                .enforced("MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion")
                .resources((i, c) -> List.of(Access.arn("*")))
                .printing(i -> "");
        operations.on(GetBucketLocationRequest.class, buckets::location)
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:GetBucketLocation", i.bucket()));
    }

    private void objects(Operations operations, Objects objects, Copies copies) {
        operations.receiving(PutObjectRequest.class, objects::put)
                .enforced("ACL", "Bucket", "CacheControl", "ContentDisposition", "ContentEncoding")
                .enforced("ContentLanguage", "ContentLength", "ContentMD5", "ContentType", "ChecksumAlgorithm")
                .enforced("ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1")
                .enforced("ChecksumSHA256", "Expires", "IfMatch", "IfNoneMatch", "Key", "Metadata", "Tagging")
                .enforced("ExpectedBucketOwner")
                .recorded("ServerSideEncryption", "StorageClass", "WebsiteRedirectLocation", "RequestPayer")
                .refused("ChecksumSHA512", "ChecksumMD5", "ChecksumXXHASH64", "ChecksumXXHASH3")
                .refused("ChecksumXXHASH128", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")
                .refused("WriteOffsetBytes", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .refused("SSEKMSKeyId", "SSEKMSEncryptionContext", "BucketKeyEnabled", "ObjectLockMode")
                .refused("ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus", "ObjectLockEventHold")
                .refused("ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears")
                .permissions((i, c) -> keys.written(i))
                .context((i, c) -> S3Keys.of(i));
        operations.sending(GetObjectRequest.class, objects::get)
                .enforced("Bucket", "IfMatch", "IfModifiedSince", "IfNoneMatch", "IfUnmodifiedSince", "Key")
                .enforced("Range", "ResponseCacheControl", "ResponseContentDisposition")
                .enforced("ResponseContentEncoding", "ResponseContentLanguage", "ResponseContentType")
                .enforced("ResponseExpires", "PartNumber", "ExpectedBucketOwner", "ChecksumMode")
                .recorded("RequestPayer")
                .refused("VersionId", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .permissions((i, c) -> keys.tagged("s3:GetObject", i.bucket(), i.key()));
        operations.on(HeadObjectRequest.class, objects::head)
                .action("s3:GetObject")
                .enforced("Bucket", "IfMatch", "IfModifiedSince", "IfNoneMatch", "IfUnmodifiedSince", "Key")
                .enforced("Range", "ResponseCacheControl", "ResponseContentDisposition")
                .enforced("ResponseContentEncoding", "ResponseContentLanguage", "ResponseContentType")
                .enforced("ResponseExpires", "PartNumber", "ExpectedBucketOwner", "ChecksumMode")
                .recorded("RequestPayer")
                .refused("VersionId", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .permissions((i, c) -> keys.tagged("s3:GetObject", i.bucket(), i.key()));
        operations.on(DeleteObjectRequest.class, objects::delete)
                .enforced("Bucket", "Key", "ExpectedBucketOwner", "IfMatch")
                .recorded("RequestPayer")
                .refused("MFA", "VersionId", "BypassGovernanceRetention", "IfMatchLastModifiedTime")
                .refused("IfMatchSize")
                .permissions((i, c) -> keys.object("s3:DeleteObject", i.bucket(), i.key()));
        operations.on(DeleteObjectsRequest.class, objects::deleteMany)
                .action("s3:DeleteObject")
                .enforced("Bucket", "Delete", "ExpectedBucketOwner", "ChecksumAlgorithm")
                .recorded("RequestPayer")
                .refused("MFA", "BypassGovernanceRetention")
                .permissions((i, c) -> keys.deleted(i));
        operations.on(CopyObjectRequest.class, copies::copy)
                .action("s3:PutObject")
                .enforced("ACL", "CacheControl", "ChecksumAlgorithm", "ContentDisposition", "ContentEncoding")
                .enforced("ContentLanguage", "ContentType", "CopySource", "CopySourceIfMatch")
                .enforced("CopySourceIfModifiedSince", "CopySourceIfNoneMatch", "CopySourceIfUnmodifiedSince")
                .enforced("Expires", "IfMatch", "IfNoneMatch", "Metadata", "MetadataDirective")
                .enforced("TaggingDirective", "Tagging", "ExpectedBucketOwner", "ExpectedSourceBucketOwner")
                .enforced("DestinationBucket", "DestinationKey", "SourceBucket", "SourceKey")
                .recorded("ServerSideEncryption", "StorageClass", "WebsiteRedirectLocation", "RequestPayer")
                .refused("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "AnnotationDirective")
                .refused("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5", "SSEKMSKeyId")
                .refused("SSEKMSEncryptionContext", "BucketKeyEnabled", "CopySourceSSECustomerAlgorithm")
                .refused("CopySourceSSECustomerKey", "CopySourceSSECustomerKeyMD5", "ObjectLockMode")
                .refused("ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus", "ObjectLockEventHold")
                .refused("ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears")
                .refused("SourceVersionId")
                .permissions((i, c) -> keys.copied(i))
                .context((i, c) -> S3Keys.of(i));
    }

    private void listings(Operations operations, Listings listings) {
        operations.on(ListObjectsV2Request.class, listings::listV2)
                .action("s3:ListBucket")
                .enforced("Bucket", "Delimiter", "EncodingType", "MaxKeys", "Prefix", "ContinuationToken")
                .enforced("FetchOwner", "StartAfter", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("OptionalObjectAttributes")
                .permissions((i, c) -> keys.bucket("s3:ListBucket", i.bucket()))
                .context((i, c) -> S3Keys.listing(i.prefix(), i.delimiter(), i.maxKeys()));
        operations.on(ListObjectsRequest.class, listings::listV1)
                .action("s3:ListBucket")
                .enforced("Bucket", "Delimiter", "EncodingType", "Marker", "MaxKeys", "Prefix")
                .enforced("ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("OptionalObjectAttributes")
                .permissions((i, c) -> keys.bucket("s3:ListBucket", i.bucket()))
                .context((i, c) -> S3Keys.listing(i.prefix(), i.delimiter(), i.maxKeys()));
    }

    private void uploads(Operations operations, Uploads uploads, UploadListings uploadListings, Copies copies) {
        operations.on(CreateMultipartUploadRequest.class, uploads::create)
                .action("s3:PutObject")
                .enforced("ACL", "Bucket", "CacheControl", "ContentDisposition", "ContentEncoding")
                .enforced("ContentLanguage", "ContentType", "Expires", "Key", "Metadata", "Tagging")
                .enforced("ExpectedBucketOwner", "ChecksumAlgorithm", "ChecksumType")
                .recorded("ServerSideEncryption", "StorageClass", "WebsiteRedirectLocation", "RequestPayer")
                .refused("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")
                .refused("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5", "SSEKMSKeyId")
                .refused("SSEKMSEncryptionContext", "BucketKeyEnabled", "ObjectLockMode")
                .refused("ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus", "ObjectLockEventHold")
                .refused("ObjectLockEventHoldDurationDays", "ObjectLockEventHoldDurationYears")
                .permissions((i, c) -> keys.written(i))
                .context((i, c) -> S3Keys.of(i));
        operations.receiving(UploadPartRequest.class, uploads::part)
                .action("s3:PutObject")
                .enforced("Bucket", "ContentLength", "ContentMD5", "ChecksumAlgorithm", "ChecksumCRC32")
                .enforced("ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256", "Key")
                .enforced("PartNumber", "UploadId", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("ChecksumSHA512", "ChecksumMD5", "ChecksumXXHASH64", "ChecksumXXHASH3")
                .refused("ChecksumXXHASH128", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .permissions((i, c) -> keys.object("s3:PutObject", i.bucket(), i.key()));
        operations.on(UploadPartCopyRequest.class, copies::copyPart)
                .action("s3:PutObject")
                .enforced("CopySource", "CopySourceIfMatch", "CopySourceIfModifiedSince", "CopySourceIfNoneMatch")
                .enforced("CopySourceIfUnmodifiedSince", "CopySourceRange", "PartNumber", "UploadId")
                .enforced("ExpectedBucketOwner", "ExpectedSourceBucketOwner", "DestinationBucket")
                .enforced("DestinationKey", "SourceBucket", "SourceKey")
                .recorded("RequestPayer")
                .refused("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .refused("CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey")
                .refused("CopySourceSSECustomerKeyMD5", "SourceVersionId")
                .permissions((i, c) -> keys.copied(i));
        operations.on(CompleteMultipartUploadRequest.class, uploads::complete)
                .action("s3:PutObject")
                .enforced("Bucket", "Key", "MultipartUpload", "UploadId", "ChecksumCRC32", "ChecksumCRC32C")
                .enforced("ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256", "ChecksumType", "MpuObjectSize")
                .enforced("ExpectedBucketOwner", "IfMatch", "IfNoneMatch")
                .recorded("RequestPayer")
                .refused("ChecksumSHA512", "ChecksumMD5", "ChecksumXXHASH64", "ChecksumXXHASH3")
                .refused("ChecksumXXHASH128", "SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .permissions((i, c) -> keys.object("s3:PutObject", i.bucket(), i.key()))
                .context((i, c) -> S3Keys.of(i));
        operations.on(AbortMultipartUploadRequest.class, uploads::abort)
                .enforced("Bucket", "Key", "UploadId", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("IfMatchInitiatedTime")
                .permissions((i, c) -> keys.object("s3:AbortMultipartUpload", i.bucket(), i.key()));
        operations.on(ListMultipartUploadsRequest.class, uploadListings::uploads)
                .action("s3:ListBucketMultipartUploads")
                .enforced("Bucket", "Delimiter", "EncodingType", "KeyMarker", "MaxUploads", "Prefix")
                .enforced("UploadIdMarker", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .permissions((i, c) -> keys.bucket("s3:ListBucketMultipartUploads", i.bucket()));
        operations.on(ListPartsRequest.class, uploadListings::parts)
                .action("s3:ListMultipartUploadParts")
                .enforced("Bucket", "Key", "MaxParts", "PartNumberMarker", "UploadId", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("SSECustomerAlgorithm", "SSECustomerKey", "SSECustomerKeyMD5")
                .permissions((i, c) -> keys.object("s3:ListMultipartUploadParts", i.bucket(), i.key()));
    }

    private void policies(Operations operations, BucketPolicies policies) {
        operations.on(PutBucketPolicyRequest.class, policies::put)
                .enforced("Bucket", "ContentMD5", "ChecksumAlgorithm", "Policy", "ExpectedBucketOwner")
                .recorded("ConfirmRemoveSelfBucketAccess")
                .permissions((i, c) -> keys.bucket("s3:PutBucketPolicy", i.bucket()));
        operations.on(GetBucketPolicyRequest.class, policies::get)
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:GetBucketPolicy", i.bucket()));
        operations.on(DeleteBucketPolicyRequest.class, policies::delete)
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:DeleteBucketPolicy", i.bucket()));
    }

    private void tags(Operations operations, ObjectTags tags) {
        operations.on(PutObjectTaggingRequest.class, tags::putOfObject)
                .enforced("Bucket", "Key", "ContentMD5", "ChecksumAlgorithm", "Tagging", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("VersionId")
                .permissions((i, c) -> keys.tagged("s3:PutObjectTagging", i.bucket(), i.key()))
                .context((i, c) -> S3Keys.of(i.tagging()));
        operations.on(GetObjectTaggingRequest.class, tags::ofObject)
                .enforced("Bucket", "Key", "ExpectedBucketOwner")
                .recorded("RequestPayer")
                .refused("VersionId")
                .permissions((i, c) -> keys.tagged("s3:GetObjectTagging", i.bucket(), i.key()));
        operations.on(DeleteObjectTaggingRequest.class, tags::deleteOfObject)
                .enforced("Bucket", "Key", "ExpectedBucketOwner")
                .refused("VersionId")
                .permissions((i, c) -> keys.tagged("s3:DeleteObjectTagging", i.bucket(), i.key()));
        operations.on(PutBucketTaggingRequest.class, tags::putOfBucket)
                .enforced("Bucket", "ContentMD5", "ChecksumAlgorithm", "Tagging", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:PutBucketTagging", i.bucket()));
        operations.on(GetBucketTaggingRequest.class, tags::ofBucket)
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:GetBucketTagging", i.bucket()));
        operations.on(DeleteBucketTaggingRequest.class, tags::deleteOfBucket)
                .action("s3:PutBucketTagging")
                .enforced("Bucket", "ExpectedBucketOwner")
                .permissions((i, c) -> keys.bucket("s3:PutBucketTagging", i.bucket()));
    }
}
