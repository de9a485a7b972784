package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Tag("e2e")
@ExtendWith(SharedServer.class)
@DisplayName("Buckets serve unmodified clients")
class BucketsServeUnmodifiedClientsTest {
    /** Beyond what the clients send in one piece. */
    private static final int LARGE = 20_000_000;

    private interface Cli {
        Command run(String... words);
    }

    private static String bucket(Account account, String name) {
        return name + "-" + account.id();
    }

    @Test
    @DisplayName("aws s3 mb, sync, ls, cp, mv, presign and rb, in version 1 and in version 2")
    void highLevelCommands(Account account, @TempDir Path folder) throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/sub"));
        Files.writeString(folder.resolve("source/a.txt"), "hello");
        Files.writeString(source.resolve("b c+ü.txt"), "world");
        byte[] large = new byte[LARGE];
        new Random(3).nextBytes(large);
        Files.write(folder.resolve("source/large"), large);
        // What is younger than its object's second would be sent again.
        for (String name : List.of("a.txt", "sub/b c+ü.txt", "large")) {
            Files.setLastModifiedTime(folder.resolve("source").resolve(name), FileTime.from(Instant.now().minusSeconds(60)));
        }
        walk(account::awsCommand, bucket(account, "one"), folder, large);
        walk(account::awsVersion2, bucket(account, "two"), folder, large);
    }

    private static void walk(Cli aws, String bucket, Path folder, byte[] large) throws IOException {
        String url = "s3://" + bucket;
        Path back = folder.resolve("back-" + bucket);
        aws.run("s3", "mb", url).mustSucceed();
        assertThat(aws.run("s3", "ls").mustSucceed().out()).contains(bucket);
        aws.run("s3", "sync", folder.resolve("source").toString(), url + "/x").mustSucceed();
        assertThat(aws.run("s3", "ls", url + "/x/").mustSucceed().out()).contains("PRE sub/").contains("5 a.txt");
        assertThat(aws.run("s3", "sync", folder.resolve("source").toString(), url + "/x").mustSucceed().out()).isEmpty();
        aws.run("s3", "cp", url + "/x/large", url + "/copy").mustSucceed();
        aws.run("s3", "mv", url + "/copy", url + "/x/moved").mustSucceed();
        aws.run("s3", "sync", url + "/x", back.toString()).mustSucceed();
        assertThat(back.resolve("a.txt")).hasContent("hello");
        assertThat(back.resolve("sub/b c+ü.txt")).hasContent("world");
        assertThat(back.resolve("moved")).hasBinaryContent(large);
        try (Stream<Path> all = Files.walk(back)) {
            assertThat(all.filter(Files::isRegularFile)).hasSize(4);
        }
        assertThat(aws.run("s3", "rb", url).all()).contains("BucketNotEmpty");
        aws.run("s3", "rb", url, "--force").mustSucceed();
        assertThat(aws.run("s3", "ls", url).all()).contains("NoSuchBucket");
    }

    @Test
    @DisplayName("aws s3api puts and gets policies, tags and ranges")
    void apiCommands(Account account, @TempDir Path folder) throws IOException {
        String bucket = bucket(account, "api");
        account.aws("s3api", "create-bucket", "--bucket", bucket, "--region", "eu-west-1", "--create-bucket-configuration",
                "LocationConstraint=eu-west-1");
        assertThat(account.aws("s3api", "get-bucket-location", "--bucket", bucket).get("LocationConstraint").asString())
                .isEqualTo("eu-west-1");
        Path file = Files.writeString(folder.resolve("file"), "0123456789");
        account.aws("s3api", "put-object", "--bucket", bucket, "--key", "digits", "--body", file.toString(), "--metadata",
                "Who=me", "--tagging", "a=1");
        assertThat(account.aws("s3api", "get-object", "--bucket", bucket, "--key", "digits", "--range", "bytes=2-4",
                                folder.resolve("part").toString())
                        .get("ContentRange").asString())
                .isEqualTo("bytes 2-4/10");
        assertThat(folder.resolve("part")).hasContent("234");
        assertThat(account.aws("s3api", "head-object", "--bucket", bucket, "--key", "digits").get("Metadata").get("who")
                .asString())
                .isEqualTo("me");
        assertThat(account.aws("s3api", "get-object-tagging", "--bucket", bucket, "--key", "digits").get("TagSet")).hasSize(1);
        account.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy",
                "{\"Statement\": {\"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\":"
                        + " \"arn:aws:s3:::" + bucket + "/*\"}}");
        assertThat(account.awsFails("s3api", "get-object", "--bucket", bucket, "--key", "digits", "/dev/null"))
                .contains("AccessDenied").contains("explicit deny in a resource-based policy");
        account.aws("s3api", "delete-bucket-policy", "--bucket", bucket);
        assertThat(account.awsFails("s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration",
                        "Status=Enabled"))
                .contains("NotImplemented").contains("PutBucketVersioning");
        assertThat(account.awsFails("s3api", "create-bucket", "--bucket", "Not_A_Name")).contains("InvalidBucketName");
    }

    @Test
    @DisplayName("boto3 uploads in parts, presigns both ways and meets AWS's errors")
    void boto3(Account account) {
        assertThat(account.boto3("""
            import hashlib, urllib.request, urllib.error
            s3 = client('s3'); bucket = '%s'
            s3.create_bucket(Bucket=bucket)
            data = os.urandom(12_000_000)
            from boto3.s3.transfer import TransferConfig
            s3.upload_fileobj(io.BytesIO(data), bucket, 'large', Config=TransferConfig(multipart_threshold=5 << 20,
                    multipart_chunksize=5 << 20))
            out = io.BytesIO(); s3.download_fileobj(bucket, 'large', out)
            print(out.getvalue() == data, s3.head_object(Bucket=bucket, Key='large')['ETag'][-3:])
            for key in ('//double', 'a/../b', 'a/./b', 'with space+plus&amp;?#%%41', 'ünïcode', 'trailing/'):
                s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
                assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == key.encode(), key
            print(sorted(o['Key'] for o in s3.list_objects_v2(Bucket=bucket)['Contents'])[:3])
            for algorithm in ('CRC32', 'SHA1', 'SHA256'):
                s3.put_object(Bucket=bucket, Key='sum', Body=b'x', ChecksumAlgorithm=algorithm)
                print(algorithm, s3.head_object(Bucket=bucket, Key='sum', ChecksumMode='ENABLED')['Checksum' + algorithm])
            for version in ('s3', 's3v4'):
                other = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'], config=Config(signature_version=version))
                put = other.generate_presigned_url('put_object', Params={'Bucket': bucket, 'Key': 'signed %%'})
                get = other.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': 'signed %%',
                        'ResponseContentType': 'text/x'})
                urllib.request.urlopen(urllib.request.Request(put, data=version.encode(), method='PUT',
                        headers={'Content-Type': ''}))
                answer = urllib.request.urlopen(get)
                print(answer.read().decode(), answer.headers['Content-Type'])
                try: urllib.request.urlopen(get.replace('signed', 'large'))
                except urllib.error.HTTPError as e: print(e.code)
            print(refused(s3.get_object, Bucket=bucket, Key='none'))
            print(refused(s3.get_object, Bucket=bucket, Key='sum', Range='bytes=9-'))
            print(refused(s3.get_object, Bucket='none-' + bucket, Key='x'))
            print(refused(s3.delete_bucket, Bucket=bucket))
            s3.delete_objects(Bucket=bucket,
                    Delete={'Objects': [{'Key': o['Key']} for o in s3.list_objects(Bucket=bucket)['Contents']]})
            s3.delete_bucket(Bucket=bucket)
            try: urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/' + bucket + '/x')
            except urllib.error.HTTPError as e: print(e.code, e.read().decode().split('Code>')[1])
            """.formatted(bucket(account, "boto"))).lines())
                .containsExactly(
                        "True -3\"",
                        "['//double', 'a/../b', 'a/./b']",
                        "CRC32 " + crc32OfX(),
                        "SHA1 " + digest("SHA-1"),
                        "SHA256 " + digest("SHA-256"),
                        "s3 text/x",
                        "403",
                        "s3v4 text/x",
                        "403",
                        "404 NoSuchKey: The specified key does not exist.",
                        "416 InvalidRange: The requested range is not satisfiable",
                        "404 NoSuchBucket: The specified bucket does not exist",
                        "409 BucketNotEmpty: The bucket you tried to delete is not empty",
                        "403 AccessDenied</");
    }

    private static String crc32OfX() {
        var crc = new CRC32();
        crc.update('x');
        return Base64.getEncoder().encodeToString(
                ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static String digest(String algorithm) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance(algorithm).digest(new byte[] {'x'}));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("the SDK for JavaScript sends checksums behind its bodies and finds buckets in the host's name")
    void javaScript(Account account) {
        assertThat(account.node("""
            const s3 = require('@aws-sdk/client-s3'), { Readable } = require('stream');
            const Bucket = '%s';
            (async () => {
              const client = new s3.S3Client({ forcePathStyle: true });
              await client.send(new s3.CreateBucketCommand({ Bucket }));
              const put = await client.send(new s3.PutObjectCommand({ Bucket, Key: 'a b', Body: 'hello',
                      Metadata: { who: 'me' } }));
              console.log(put.ETag, put.ChecksumCRC32);
              await client.send(new s3.PutObjectCommand({ Bucket, Key: 'stream', Body: Readable.from([Buffer.alloc(300000,
                      'x')]), ContentLength: 300000 }));
              const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'stream' }));
              console.log((await got.Body.transformToString()).length);
              const made = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'parts',
                      ChecksumAlgorithm: 'CRC32' }));
              const part = await client.send(new s3.UploadPartCommand({ Bucket, Key: 'parts', UploadId: made.UploadId,
                      PartNumber: 1, Body: 'one' }));
              const done = await client.send(new s3.CompleteMultipartUploadCommand({ Bucket, Key: 'parts',
                      UploadId: made.UploadId,
                MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 }] } }));
              console.log(done.ChecksumType, done.ETag.endsWith('-1"'));
              const list = await client.send(new s3.ListObjectsV2Command({ Bucket }));
              console.log(list.Contents.map(o => o.Key).join());
              const port = new URL(process.env.AWS_ENDPOINT_URL).port;
              const virtual = new s3.S3Client({ endpoint: 'http://s3.localhost:' + port });
              virtual.config.requestHandler.handle = (handle => function (request, options) {
                console.log(request.hostname); request.hostname = '127.0.0.1'; return handle.call(this, request, options);
              })(virtual.config.requestHandler.handle);
              const other = await virtual.send(new s3.GetObjectCommand({ Bucket, Key: 'a b' }));
              console.log(await other.Body.transformToString(), other.Metadata.who);
              await client.send(new s3.GetObjectCommand({ Bucket, Key: 'none' })).catch(e => console.log(e.name,
                      e.$metadata.httpStatusCode));
            })();
            """.formatted(bucket(account, "js"))).lines())
                .containsExactly(
                        "\"5d41402abc4b2a76b9719d911017c592\" NhCmhg==",
                        "300000",
                        "COMPOSITE true",
                        "a b,parts,stream",
                        bucket(account, "js") + ".s3.localhost",
                        "hello me",
                        "NoSuchKey 404");
    }

    @Test
    @DisplayName("a function's code comes from a bucket, and the function reaches S3 under AWS's names, as its role may")
    void functions(Account account) {
        String bucket = bucket(account, "code");
        Path zip = Account.zip(Map.of("index.js", """
            delete process.env.AWS_ENDPOINT_URL;
            const { S3Client, PutObjectCommand, GetObjectCommand } = require('@aws-sdk/client-s3');
            exports.handler = async ({ Bucket }) => {
              const s3 = new S3Client({});
              await s3.send(new PutObjectCommand({ Bucket, Key: 'in/a', Body: 'from a function' }));
              const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'in/a' }));
              const refused = await s3.send(new GetObjectCommand({ Bucket, Key: 'f.zip' })).catch(e => e.name);
              return [await got.Body.transformToString(), refused];
            };
            """));
        account.aws("s3api", "create-bucket", "--bucket", bucket);
        account.awsCommand("s3", "cp", zip.toString(), "s3://" + bucket + "/f.zip").mustSucceed();
        String role = Functions.of(account).role("r");
        account.aws("iam", "put-role-policy", "--role-name", "r", "--policy-name", "p", "--policy-document",
                "{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\","
                        + " \"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::" + bucket + "/in/*\"}}");
        account.aws("lambda", "create-function", "--function-name", "f", "--runtime", "nodejs20.x", "--handler",
                "index.handler", "--role", role, "--timeout", "30", "--memory-size", "512", "--code",
                "S3Bucket=" + bucket + ",S3Key=f.zip");
        account.aws("lambda", "wait", "function-active-v2", "--function-name", "f");
        assertThat(Functions.of(account).invoke("f", "{\"Bucket\": \"" + bucket + "\"}").payload())
                .isEqualTo("[\"from a function\",\"AccessDenied\"]");
        assertThat(account.awsFails("lambda", "update-function-code", "--function-name", "f", "--s3-bucket", bucket, "--s3-key",
                        "none"))
                .contains("S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.");
    }

    @Test
    @DisplayName("objects survive kill -9, and what was half there does not")
    void survive(@TempDir Path folder) throws IOException {
        byte[] large = new byte[LARGE];
        new Random(5).nextBytes(large);
        Path file = Files.write(folder.resolve("large"), large);
        Path data = folder.resolve("data");
        String id = "123412341234";
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            account.aws("s3api", "create-bucket", "--bucket", "kept");
            account.awsCommand("s3", "cp", file.toString(), "s3://kept/large").mustSucceed();
            account.aws("s3api", "create-multipart-upload", "--bucket", "kept", "--key", "half");
            server.kill();
        }
        Path orphan = Files.createDirectories(data.resolve("objects/ff")).resolve("f".repeat(32));
        Files.writeString(orphan, "what a crash left");
        Files.setLastModifiedTime(orphan, FileTime.fromMillis(0));
        try (var server = Server.start("--data", data.toString())) {
            var account = new Account(server, id);
            account.awsCommand("s3", "cp", "s3://kept/large", folder.resolve("back").toString()).mustSucceed();
            assertThat(folder.resolve("back")).hasBinaryContent(large);
            assertThat(account.aws("s3api", "list-multipart-uploads", "--bucket", "kept").get("Uploads")).hasSize(1);
            account.awsCommand("s3", "cp", file.toString(), "s3://kept/other").mustSucceed();
            Eventually.holds("what a crash left is gone", () -> !Files.exists(orphan));
        }
    }
}
