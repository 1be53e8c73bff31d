package io.nvmetap.rig;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the Debian archive in apt's own configuration: whoever runs this has chosen a mirror and a
 * key already, and no other host is ever asked.
 */
final class AptSources {
    /** A longer file is no list of sources. */
    static final long FILE_BYTES_MAX = 1L << 20;

    private static final Set<String> DEBIAN_SUITES =
            Set.of(
                    "oldstable",
                    "stable",
                    "testing",
                    "unstable",
                    "sid",
                    "bullseye",
                    "bookworm",
                    "trixie",
                    "forky",
                    "duke");
    private static final Pattern ONE_LINE =
            Pattern.compile("deb\\s+(?:\\[([^\\]]*)\\]\\s*)?(\\S+)\\s+(\\S+)\\s+(.+)");

    private AptSources() {}

    /**
     * @param etcApt apt's folder, {@code /etc/apt} but in tests
     * @return the Debian archive it names, empty if it names none
     */
    static Optional<AptArchive> debian(Path etcApt) throws IOException {
        List<AptArchive> found = new ArrayList<>();
        for (Path file : files(etcApt)) {
            if (Files.size(file) <= FILE_BYTES_MAX) {
                List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
                found.addAll(file.toString().endsWith(".sources") ? deb822(lines) : list(lines));
            }
        }
        // Third parties name their suites after Debian's too; Debian's mirrors end in /debian.
        return found.stream()
                .filter(a -> a.uri().replaceAll("/+$", "").endsWith("/debian"))
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    private static List<Path> files(Path etcApt) throws IOException {
        List<Path> files = new ArrayList<>();
        Path main = etcApt.resolve("sources.list");
        if (Files.isReadable(main)) {
            files.add(main);
        }
        Path parts = etcApt.resolve("sources.list.d");
        if (Files.isDirectory(parts)) {
            try (Stream<Path> all = Files.list(parts)) {
                all.filter(f -> f.toString().matches(".*\\.(list|sources)"))
                        .filter(Files::isReadable)
                        .sorted()
                        .forEach(files::add);
            }
        }
        return files;
    }

    /** The one-line format of sources.list. */
    static List<AptArchive> list(List<String> lines) {
        List<AptArchive> found = new ArrayList<>();
        for (String line : lines) {
            Matcher m = ONE_LINE.matcher(line.replaceFirst("#.*", "").strip());
            if (m.matches() && wanted(m.group(3), m.group(4))) {
                String options = m.group(1) == null ? "" : m.group(1);
                found.add(
                        new AptArchive(
                                m.group(2),
                                option(options, "signed-by"),
                                option(options, "trusted").equals("yes")));
            }
        }
        return found;
    }

    private static String option(String options, String name) {
        for (String o : options.strip().split("\\s+")) {
            if (o.startsWith(name + "=")) {
                return o.substring(name.length() + 1);
            }
        }
        return "";
    }

    /** The stanza format of {@code .sources} files. */
    static List<AptArchive> deb822(List<String> lines) {
        List<AptArchive> found = new ArrayList<>();
        Map<String, String> fields = new TreeMap<>();
        String last = "";
        for (String line : lines) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.isBlank()) {
                stanza(fields).ifPresent(found::add);
                fields.clear();
                last = "";
            } else if (Character.isWhitespace(line.charAt(0))) {
                // A continuation: keys need their line breaks, all other fields do not mind them.
                fields.merge(last, "\n" + line, String::concat);
            } else if (line.indexOf(':') > 0) {
                int colon = line.indexOf(':');
                last = line.substring(0, colon).toLowerCase(Locale.ROOT);
                fields.put(last, line.substring(colon + 1).strip());
            }
        }
        stanza(fields).ifPresent(found::add);
        return found;
    }

    private static Optional<AptArchive> stanza(Map<String, String> fields) {
        boolean binary = words(fields, "types").contains("deb");
        boolean enabled = !fields.getOrDefault("enabled", "yes").equalsIgnoreCase("no");
        boolean suite =
                words(fields, "suites").stream()
                        .anyMatch(s -> wanted(s, fields.getOrDefault("components", "")));
        List<String> uris = words(fields, "uris");
        if (!binary || !enabled || !suite || uris.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new AptArchive(
                        uris.get(0),
                        fields.getOrDefault("signed-by", ""),
                        fields.getOrDefault("trusted", "no").equalsIgnoreCase("yes")));
    }

    private static List<String> words(Map<String, String> fields, String name) {
        String value = fields.getOrDefault(name, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s+"));
    }

    private static boolean wanted(String suite, String components) {
        return DEBIAN_SUITES.contains(suite)
                && List.of(components.strip().split("\\s+")).contains("main");
    }
}
