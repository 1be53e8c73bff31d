package io.nvmetap.server;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The page's own files, out of the program: plain modules and a style sheet, and uPlot from its
 * WebJar. Names have no dots but before their ending, so that none leads out of the folder.
 */
final class StaticFiles {
    private static final String WEB = "/io/nvmetap/web/";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/1.6.30/dist/";
    private static final Pattern NAME =
            Pattern.compile("([a-z0-9-]+/){0,2}[a-z0-9-]+\\.(js|css|svg)");

    private static final Map<String, String> LIBRARIES =
            Map.of(
                    "lib/uplot.js", UPLOT + "uPlot.esm.js",
                    "lib/uplot.css", UPLOT + "uPlot.min.css");

    private static final Map<String, String> TYPES =
            Map.of(
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "svg", "image/svg+xml",
                    "html", "text/html; charset=utf-8");

    private StaticFiles() {}

    static Reply of(List<String> path) throws IOException {
        String name = String.join("/", path);
        if (name.isEmpty()) {
            name = "index.html";
        } else if (!NAME.matcher(name).matches()) {
            throw HttpFailure.notFound("there is no such page");
        }
        String resource = LIBRARIES.getOrDefault(name, WEB + name);
        try (InputStream in = StaticFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw HttpFailure.notFound("there is no such page");
            }
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            return new Reply(200, type, in.readAllBytes());
        }
    }
}
