package dev.remora.lambda;

import dev.remora.store.Scope;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsRequest;
import software.amazon.awssdk.services.lambda.model.GetAccountSettingsResponse;

/** The limits of an account in a region, and how much of them is used. */
final class AccountSettings {
    private final Store store;
    private final CodeSpace space;
    private final Concurrency concurrency;

    AccountSettings(Store store, CodeSpace space, Concurrency concurrency) {
        this.store = store;
        this.space = space;
        this.concurrency = concurrency;
    }

    GetAccountSettingsResponse get(GetAccountSettingsRequest request, Call call) {
        Scope scope = new Scope(call.account(), call.region());
        var view = store.view();
        return GetAccountSettingsResponse.builder()
                .accountLimit(limit -> limit.totalCodeSize(CodeSpace.BYTES_MAX)
                        .codeSizeUnzipped(CodeArchive.UNZIPPED_MAX)
                        .codeSizeZipped((long) CodeArchive.ZIPPED_MAX)
                        .concurrentExecutions(Concurrency.ACCOUNT_MAX)
                        .unreservedConcurrentExecutions(concurrency.unreserved(scope)))
                .accountUsage(usage -> usage.totalCodeSize(space.bytes(view, scope))
                        .functionCount((long) view.count(FunctionDocument.KIND, scope)))
                .build();
    }
}
