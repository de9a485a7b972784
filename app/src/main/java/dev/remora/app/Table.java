package dev.remora.app;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * What a server lists and a client command prints, as a table or with {@code --json} line by line, once or with {@code --follow}
 * as it comes.
 *
 * @param path of the server's, which takes {@code after} and answers with {@code next}
 * @param list the member of the answer that has the lines
 * @param row their format
 * @param none what to say if there is nothing
 */
record Table(String path, String list, String row, List<String> heads, Function<JsonNode, List<String>> cells, String none) {
    private static final long POLL_MILLIS = 500;

    void print(Map<String, String> query, Arguments given, RemoteServer server, PrintStream out) throws InterruptedException {
        boolean json = given.flag("--json");
        boolean headed = json;
        var asked = new LinkedHashMap<>(query);
        asked.put("after", "0");
        do {
            JsonNode answer = server.ask("GET", path, asked);
            JsonNode lines = answer.path(list);
            if (!headed && (given.flag("--follow") || !lines.isEmpty())) {
                out.printf(row, heads.toArray());
                headed = true;
            }
            for (JsonNode line : lines) {
                if (json) {
                    out.println(line);
                } else {
                    out.printf(row, cells.apply(line).toArray());
                }
            }
            out.flush();
            asked.put("after", answer.path("next").asString("0"));
            if (given.flag("--follow")) {
                Thread.sleep(POLL_MILLIS);
            }
        } while (given.flag("--follow"));
        if (!headed) {
            out.println(none);
        }
    }
}
