package dev.remora.e2e;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sts.StsClient;

/** The unmodified AWS SDK for Java, set up for an account. */
public record Sdk(Account account, Region region) {
    private static final SdkHttpClient HTTP = UrlConnectionHttpClient.builder()
            .socketTimeout(Duration.ofSeconds(100))
            .build();

    public static Sdk of(Account account) {
        return new Sdk(account, Region.US_EAST_1);
    }

    public Ec2Client ec2() {
        return client(Ec2Client.builder());
    }

    public LambdaClient lambda() {
        return client(LambdaClient.builder());
    }

    public IamClient iam() {
        return client(IamClient.builder());
    }

    public StsClient sts() {
        return client(StsClient.builder());
    }

    public RdsClient rds() {
        return client(RdsClient.builder());
    }

    public CloudWatchLogsClient logs() {
        return client(CloudWatchLogsClient.builder());
    }

    public SqsClient sqs() {
        return client(SqsClient.builder());
    }

    private <C, B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>> C client(B builder) {
        return builder.endpointOverride(URI.create(account.server().endpoint()))
                .region(region)
                .httpClient(HTTP)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(account.id(), "test")))
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .build();
    }
}
