package dev.remora.ssm;

import static dev.remora.ssm.SsmLab.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterHistory;
import software.amazon.awssdk.services.ssm.model.ParameterMetadata;
import software.amazon.awssdk.services.ssm.model.ParameterTier;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.ResourceTypeForTagging;
import software.amazon.awssdk.services.ssm.model.Tag;

class ParametersTest {
    private static final String RULE = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a"
            + " path, it can"
            + " consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and"
            + " the following"
            + " 3 symbols .-_";

    private final SsmLab lab = new SsmLab();

    @AfterEach
    void close() {
        lab.close();
    }

    private Parameter get(String name) {
        return lab.client.getParameter(r -> r.name(name)).parameter();
    }

    private List<String> below(String path, boolean recursive) {
        return lab.client.getParametersByPathPaginator(r -> r.path(path).recursive(recursive).maxResults(2)).stream()
                .flatMap(page -> page.parameters().stream())
                .map(Parameter::name)
                .toList();
    }

    private List<String> described(String key, String option, String... values) {
        return lab.client.describeParameters(r -> r.parameterFilters(f -> f.key(key).option(option).values(values)))
                .parameters().stream()
                .map(ParameterMetadata::name)
                .toList();
    }

    @Test
    void aParameterIsReadByNameVersionAndArn() {
        lab.put("/app/url", "one");
        var second = lab.client.putParameter(r -> r.name("/app/url").value("two").overwrite(true));
        assertThat(second.version()).isEqualTo(2);
        assertThat(second.tierAsString()).isEqualTo("Standard");

        Parameter found = get("/app/url");
        assertThat(found.value()).isEqualTo("two");
        assertThat(found.arn()).isEqualTo("arn:aws:ssm:eu-west-1:123456789012:parameter/app/url");
        assertThat(found.typeAsString()).isEqualTo("String");
        assertThat(found.dataType()).isEqualTo("text");
        assertThat(found.lastModifiedDate()).isNotNull();
        assertThat(get("/app/url:1").value()).isEqualTo("one");
        assertThat(get("/app/url:1").selector()).isEqualTo(":1");
        assertThat(get(found.arn()).value()).isEqualTo("two");
        assertThat(get(found.arn() + ":1").value()).isEqualTo("one");
        refused("ParameterVersionNotFound",
                "Systems Manager could not find version 3 of /app/url. Verify the version and try again.", () ->
                        get("/app/url:3"));
        assertThat(lab.decided).contains("ssm:GetParameter [arn:aws:ssm:eu-west-1:123456789012:parameter/app/url]");
    }

    @Test
    void aSecureStringIsShownOnlyToWhoAsksForDecryption() {
        lab.client.putParameter(r -> r.name("secret").value("hunter2").type(ParameterType.SECURE_STRING));
        assertThat(get("secret").value()).startsWith("AQICAH").doesNotContain("hunter2").isEqualTo(get("secret").value());
        assertThat(lab.client.getParameter(r -> r.name("secret").withDecryption(true)).parameter().value()).isEqualTo("hunter2");
        assertThat(lab.client.getParameters(r -> r.names("secret", "nothing").withDecryption(true))).satisfies(many -> {
            assertThat(many.parameters()).singleElement().extracting(Parameter::value).isEqualTo("hunter2");
            assertThat(many.invalidParameters()).containsExactly("nothing");
        });
        assertThat(lab.client.describeParameters().parameters()).singleElement().extracting(ParameterMetadata::keyId)
                .isEqualTo("alias/aws/ssm");
    }

    @Test
    void whatExistsIsOverwrittenOnlyOnRequest() {
        lab.put("a", "1");
        refused("ParameterAlreadyExists",
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
                () -> lab.put("a", "2"));
        refused("ValidationException", "Invalid request: tags and overwrite can't be used together. To create a parameter"
                + " with tags,"
                        + " please remove overwrite flag. To update tags for an existing parameter, please use"
                        + " AddTagsToResource or"
                        + " RemoveTagsFromResource.",
                () -> lab.client.putParameter(r -> r.name("a").value("2").overwrite(true)
                        .tags(Tag.builder().key("k").value("v").build())));
        assertThat(get("a").value()).isEqualTo("1");
    }

    @Test
    void historyKeepsAHundredVersions() {
        lab.client.putParameter(r -> r.name("a").value("1").type("String").description("first"));
        for (int i = 2; i <= 102; i++) {
            String value = Integer.toString(i);
            lab.client.putParameter(r -> r.name("a").value(value).overwrite(true));
        }
        var history = lab.client.getParameterHistoryPaginator(r -> r.name("a")).stream()
                .flatMap(page -> page.parameters().stream()).toList();
        assertThat(history).hasSize(100);
        assertThat(history.getFirst()).extracting(ParameterHistory::version, ParameterHistory::value,
                ParameterHistory::description)
                .containsExactly(3L, "3", "first");
        assertThat(history.getLast().version()).isEqualTo(102);
    }

    @Test
    void deletedParametersAreGone() {
        lab.put("/a/b", "1");
        lab.put("/a/c", "1");
        lab.put("d", "1");
        lab.client.deleteParameter(r -> r.name("d"));
        refused("ParameterNotFound", "", () -> get("d"));
        refused("ParameterNotFound", "", () -> lab.client.deleteParameter(r -> r.name("d")));
        var deleted = lab.client.deleteParameters(r -> r.names("/a/b", "/a/c", "/a/x"));
        assertThat(deleted.deletedParameters()).containsExactly("/a/b", "/a/c");
        assertThat(deleted.invalidParameters()).containsExactly("/a/x");
        assertThat(lab.client.describeParameters().parameters()).isEmpty();
    }

    @Test
    void pathsAreListedByLevel() {
        List.of("/p/a", "/p/b", "/p/q/c", "/p/q/r/d", "/px/e", "p").forEach(name -> lab.put(name, "v"));
        assertThat(below("/p", false)).containsExactly("/p/a", "/p/b");
        assertThat(below("/p/", true)).containsExactly("/p/a", "/p/b", "/p/q/c", "/p/q/r/d");
        assertThat(below("/none", true)).isEmpty();
        assertThat(described("Path", "OneLevel", "/p/q")).containsExactly("/p/q/c");
        assertThat(described("Path", "Recursive", "/p/q")).containsExactly("/p/q/c", "/p/q/r/d");
        assertThat(described("Name", "BeginsWith", "/p/", "p")).contains("/p/a", "/px/e", "p");
        assertThat(described("Name", "Contains", "q/")).containsExactly("/p/q/c", "/p/q/r/d");
        assertThat(described("Type", "Equals", "SecureString")).isEmpty();
        refused("InvalidFilterOption", "The following filter option is not valid: Like. Valid options include: [Recursive,"
                + " OneLevel]",
                () -> described("Path", "Like", "/p"));
        refused("InvalidNextToken", "The specified token isn't valid.",
                () -> lab.client.getParametersByPath(r -> r.path("/p").nextToken("?")));
    }

    @Test
    void publicParametersAreReadAndNotWritten() {
        assertThat(get(SsmLab.IMAGE)).satisfies(image -> {
            assertThat(image.value()).isEqualTo("ami-0abc1234");
            assertThat(image.arn()).isEqualTo("arn:aws:ssm:eu-west-1::parameter" + SsmLab.IMAGE);
            assertThat(image.version()).isEqualTo(1);
        });
        assertThat(get("arn:aws:ssm:eu-west-1::parameter" + SsmLab.IMAGE).value()).isEqualTo("ami-0abc1234");
        assertThat(below("/aws/service/ami-amazon-linux-latest", false)).containsExactly(SsmLab.IMAGE);
        assertThat(below("/aws/service", true)).hasSize(2);
        assertThat(lab.client.getParameters(r -> r.names(SsmLab.IMAGE, "/aws/service/none")).invalidParameters())
                .containsExactly("/aws/service/none");
        refused("AccessDeniedException", "No access to reserved parameter name: " + SsmLab.IMAGE + ".",
                () -> lab.put(SsmLab.IMAGE, "x"));
        assertThat(lab.client.describeParameters().parameters()).isEmpty();
        assertThat(lab.decided.getFirst()).isEqualTo("ssm:GetParameter [arn:aws:ssm:eu-west-1::parameter" + SsmLab.IMAGE + "]");
    }

    @Test
    void tagsAreListedAndFound() {
        lab.client.putParameter(r -> r.name("a").value("v").type("String").tags(Tag.builder().key("env").value("dev").build()));
        lab.client.addTagsToResource(r -> r.resourceType(ResourceTypeForTagging.PARAMETER).resourceId("a")
                .tags(Tag.builder().key("team").value("x").build()));
        assertThat(lab.client.listTagsForResource(r -> r.resourceType(ResourceTypeForTagging.PARAMETER).resourceId("a"))
                .tagList())
                .extracting(Tag::key).containsExactly("env", "team");
        assertThat(described("tag:env", "Equals", "dev")).containsExactly("a");
        lab.client.removeTagsFromResource(r -> r.resourceType(ResourceTypeForTagging.PARAMETER).resourceId("a").tagKeys("env"));
        assertThat(described("tag:env", "Equals", "dev")).isEmpty();
        refused("InvalidResourceId", "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
                () -> lab.client.listTagsForResource(r -> r.resourceType(ResourceTypeForTagging.PARAMETER).resourceId("b")));
    }

    @Test
    void valuesAreCheckedBeforeAnythingIsKept() {
        refused("ValidationException", "A parameter type is required when you create a parameter.",
                () -> lab.client.putParameter(r -> r.name("a").value("v")));
        refused("ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: ^\\d+$",
                () -> lab.client.putParameter(r -> r.name("a").value("v").type("String").allowedPattern("^\\d+$")));
        refused("InvalidAllowedPatternException", "The request doesn't meet the regular expression requirement.",
                () -> lab.client.putParameter(r -> r.name("a").value("v").type("String").allowedPattern("(")));
        refused("InvalidAllowedPatternException", "The request doesn't meet the regular expression requirement.",
                () -> lab.client.putParameter(r -> r.name("a").value("a".repeat(60) + "!").type("String")
                        .allowedPattern("^(.*)(.*)(.*)(.*)(.*)(.*)x$")));
        refused("ValidationException", "The following data type is not supported: Text (Data type names are all lowercase)",
                () -> lab.client.putParameter(r -> r.name("a").value("v").type("String").dataType("Text")));
        refused("ValidationException", "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member"
                + " must have"
                + " length greater than or equal to 1", () -> lab.put("a", ""));
        refused("InvalidParameterException", "The parameter Policies of PutParameter is not supported by Remora: see"
                + " docs/coverage.md",
                () -> lab.client.putParameter(r -> r.name("a").value("v").type("String").policies("[]")));
        assertThat(lab.client.describeParameters().parameters()).isEmpty();
    }

    @Test
    void largeValuesNeedTheAdvancedTier() {
        refused("ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters. To"
                + " create a larger"
                        + " parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see"
                        + " https://docs.aws.amazon.com/systems-manager/latest/userguide/"
                        + "parameter-store-advanced-parameters.html",
                () -> lab.put("a", "x".repeat(4097)));
        var put = lab.client.putParameter(r -> r.name("a").value("x".repeat(4097)).type("String")
                .tier(ParameterTier.INTELLIGENT_TIERING));
        assertThat(put.tier()).isEqualTo(ParameterTier.ADVANCED);
        refused("ValidationException", "Advanced tier parameters support a maximum parameter value of 8192 characters.",
                () -> lab.client.putParameter(r -> r.name("b").value("x".repeat(8193)).type("String")
                        .tier(ParameterTier.ADVANCED)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ssm-x | ValidationException | RULE",
        "/SSM/x | ValidationException | RULE",
        "with space | ValidationException | RULE",
        "/a//b | ValidationException | RULE",
        "{x} | ValidationException | RULE",
        "a/b | ValidationException | Parameter name must be a fully qualified name.",
        "aws-x | AccessDeniedException | No access to reserved parameter name: aws-x.",
        "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16 | HierarchyLevelLimitExceededException | A hierarchy can have a maximum of"
                + " 15 levels."
                + " You have 16 levels."
    })
    void badNamesAreNotWritten(String name, String code, String message) {
        refused(code, message.equals("RULE") ? RULE : message, () -> lab.put(name, "v"));
    }

    @Test
    void namesOfVeryManyLevelsAreNotWritten() {
        badNamesAreNotWritten("/a".repeat(1_000), "HierarchyLevelLimitExceededException",
                "A hierarchy can have a maximum of 15 levels. You have 1000 levels.");
    }

    @Test
    void badNamesAreNotRead() {
        for (String name : List.of("a/b", "{x}", "ssm")) {
            refused("ValidationException", RULE, () -> get(name));
        }
        refused(
                "ValidationException",
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash"
                        + " \"/\". It can't be prefixed with \\\"aws\\\" or \\\"ssm\\\" (case-insensitive). It must use only"
                        + " letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special"
                        + " characters"
                        + " are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example:"
                        + " /get/parameters2-/by1./path0_.",
                () -> below("shop", true));
        refused("ParameterNotFound", "", () -> get("arn:aws:ssm:eu-west-1:999999999999:parameter/x"));
        refused("ValidationException", "1 validation error detected: Value '[]' at 'names' failed to satisfy constraint:"
                + " Member must have"
                + " length greater than or equal to 1", () -> lab.client.getParameters(r -> r.names(List.of())));
    }
}
