package dev.remora.iam;

import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.awscore.AwsRequest;
import software.amazon.awssdk.awscore.AwsResponse;

/** What tests have that run operations of IAM as the account's root, each in a lab of its own. */
abstract class RunsAsRoot {
    final Lab lab = new Lab();

    @AfterEach
    void close() {
        lab.close();
    }

    final void run(AwsRequest request) {
        lab.iam(request, AwsResponse.class);
    }

    /** What becomes of it, as {@link Lab#fault} says. */
    final String fault(AwsRequest request) {
        return Lab.fault(() -> run(request));
    }
}
