package dev.remora.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A chapter of {@code docs/tutorials.md}. Its blocks that are marked {@code sh} are one script, which runs as it is printed. */
record Tutorial(String script) {
    private static final Path PAGE = Project.ROOT.resolve("docs/tutorials.md");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");

    static Tutorial chapter(String heading) {
        String page;
        try {
            page = Files.readString(PAGE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int begin = page.indexOf("\n## " + heading + "\n");
        assertThat(begin).as("the chapter '%s' in %s", heading, PAGE).isPositive();
        int next = page.indexOf("\n## ", begin + 1);
        String text = page.substring(begin, next < 0 ? page.length() : next);
        return new Tutorial(BLOCK.matcher(text)
                .results()
                .map((MatchResult block) -> block.group(1))
                .collect(Collectors.joining("\n")));
    }

    /**
     * Runs the script in an empty folder, every command of which must succeed. What went wrong is told command by command. A
     * download that breaks off is begun again, as both programs do if they are told.
     */
    Command run(Account account, Path folder) {
        String whole =
                """
            set -euo pipefail
            remora=%s
            aws() { "$remora" aws "$@"; }
            apt-get() { command apt-get -o Acquire::Retries=5 "$@"; }
            export npm_config_fetch_retries=5
            cd %s
            set -x
            """
                                .formatted(Project.REMORA, folder)
                        + script;
        return Command.run(account.environment(), List.of("bash", "-c", whole)).mustSucceed();
    }

    /** The account has no network but its default one, and no interface anywhere. */
    static void leftNothing(Account account) {
        assertThat(account.aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=false").get("Vpcs")).isEmpty();
        Eventually.holds("there are no interfaces", () -> account.aws("ec2", "describe-network-interfaces")
                .get("NetworkInterfaces").isEmpty());
        assertThat(account.aws("lambda", "list-functions").get("Functions")).isEmpty();
        assertThat(account.aws("iam", "list-roles").get("Roles")).isEmpty();
    }
}
