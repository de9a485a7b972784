package dev.remora.ssm;

import dev.remora.ssm.ParameterDocument.Version;
import dev.remora.store.Store;
import dev.remora.wire.Call;
import dev.remora.wire.Page;
import dev.remora.wire.Tokens;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ssm.model.DescribeParametersRequest;
import software.amazon.awssdk.services.ssm.model.DescribeParametersResponse;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathRequest;
import software.amazon.awssdk.services.ssm.model.GetParametersByPathResponse;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterMetadata;

/** Many parameters at once: those of a path, and those that filters choose. */
final class ParameterListings {
    private static final int MAX_BY_PATH = 10;
    private static final int MAX_DESCRIBED = 50;

    private final Store store;
    private final Parameters parameters;

    ParameterListings(Store store, Parameters parameters) {
        this.store = store;
        this.parameters = parameters;
    }

    GetParametersByPathResponse byPath(GetParametersByPathRequest request, Call call) {
        String path = ParameterName.path(request.path());
        boolean recursive = Boolean.TRUE.equals(request.recursive());
        boolean decrypted = Parameters.decrypted(request.withDecryption());
        var filters = ParameterFilter.of(request.parameterFilters(), true);
        List<Parameter> found = ParameterName.isPublic(path)
                ? parameters.publicBelow(path, call).stream()
                        .filter(p -> ParameterFilter.below(p.name(), path, recursive))
                        .toList()
                : store.view().all(ParameterDocument.KIND, ParameterDocument.scope(call)).stream()
                        .filter(p -> ParameterFilter.below(p.name(), path, recursive))
                        .filter(p -> filters.stream().allMatch(f -> f.test(p)))
                        .map(p -> Parameters.describe(p, p.newest(), "", decrypted, call))
                        .toList();
        Page<Parameter> page = Page.of(found, Parameter::name, request.nextToken(),
                request.maxResults() == null ? MAX_BY_PATH : request.maxResults(), Tokens.of(call, SsmErrors::badToken));
        return GetParametersByPathResponse.builder()
                .parameters(page.items())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    DescribeParametersResponse describe(DescribeParametersRequest request, Call call) {
        if (request.hasFilters() && request.hasParameterFilters()) {
            throw SsmErrors.invalid("You can use either Filters or ParameterFilters in a single request.");
        }
        var filters = new ArrayList<>(ParameterFilter.of(request.parameterFilters(), false));
        request.filters().forEach(f -> filters.add(ParameterFilter.of(f)));
        List<ParameterDocument> found = store.view().all(ParameterDocument.KIND, ParameterDocument.scope(call)).stream()
                .filter(p -> filters.stream().allMatch(f -> f.test(p)))
                .toList();
        Page<ParameterDocument> page = Page.of(found, ParameterDocument::name, request.nextToken(),
                request.maxResults() == null ? MAX_DESCRIBED : request.maxResults(), Tokens.of(call, SsmErrors::badToken));
        return DescribeParametersResponse.builder()
                .parameters(page.items().stream().map(p -> metadata(p, call)).toList())
                .nextToken(page.nextToken().orElse(null))
                .build();
    }

    private static ParameterMetadata metadata(ParameterDocument parameter, Call call) {
        Version newest = parameter.newest();
        return ParameterMetadata.builder()
                .name(parameter.name())
                .arn(ParameterName.arn(call.region(), call.account(), parameter.name()))
                .type(newest.type())
                .keyId(newest.keyId().orElse(null))
                .lastModifiedDate(newest.modified())
                .lastModifiedUser(newest.modifiedBy())
                .description(newest.description().orElse(null))
                .allowedPattern(newest.allowedPattern().orElse(null))
                .version(newest.number())
                .tier(newest.tier())
                .policies(List.of())
                .dataType(newest.dataType())
                .build();
    }
}
