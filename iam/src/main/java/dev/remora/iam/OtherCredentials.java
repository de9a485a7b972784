package dev.remora.iam;

import dev.remora.store.Store;
import dev.remora.wire.Call;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProvidersResponse;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersRequest;
import software.amazon.awssdk.services.iam.model.ListSamlProvidersResponse;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsRequest;
import software.amazon.awssdk.services.iam.model.ListServiceSpecificCredentialsResponse;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysRequest;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysResponse;

/**
 * Certificates, SSH keys, credentials for single services, and identity providers: none can be made here, and so the lists of
 * them are empty. Tools ask for them all before they delete a user or take stock of an account.
 */
final class OtherCredentials {
    private final Store store;

    OtherCredentials(Store store) {
        this.store = store;
    }

    ListSshPublicKeysResponse sshPublicKeys(ListSshPublicKeysRequest request, Call call) {
        check(request.userName(), call);
        return ListSshPublicKeysResponse.builder().sshPublicKeys(List.of()).isTruncated(false).build();
    }

    ListSigningCertificatesResponse signingCertificates(ListSigningCertificatesRequest request, Call call) {
        check(request.userName(), call);
        return ListSigningCertificatesResponse.builder().certificates(List.of()).isTruncated(false).build();
    }

    ListServiceSpecificCredentialsResponse serviceSpecificCredentials(
            ListServiceSpecificCredentialsRequest request, Call call) {
        check(request.userName(), call);
        return ListServiceSpecificCredentialsResponse.builder().serviceSpecificCredentials(List.of()).isTruncated(false).build();
    }

    ListServerCertificatesResponse serverCertificates(ListServerCertificatesRequest request, Call call) {
        return ListServerCertificatesResponse.builder().serverCertificateMetadataList(List.of()).isTruncated(false).build();
    }

    ListSamlProvidersResponse samlProviders(ListSamlProvidersRequest request, Call call) {
        return ListSamlProvidersResponse.builder().samlProviderList(List.of()).build();
    }

    ListOpenIdConnectProvidersResponse openIdConnectProviders(ListOpenIdConnectProvidersRequest request, Call call) {
        return ListOpenIdConnectProvidersResponse.builder().openIDConnectProviderList(List.of()).build();
    }

    /** A user that is named must be there. */
    private void check(@Nullable String userName, Call call) {
        if (userName != null) {
            IdentityKind.USER.required(store.view(), call.account(), userName);
        }
    }
}
