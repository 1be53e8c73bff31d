package io.nvmetap.rig;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Written last into an unpacked tree: what is in it. A tree without one, or whose main files have
 * not the size written in it, was cut off or damaged.
 *
 * @param kernel release of the kernel
 * @param versions version of each package asked for, without epoch
 */
record RigStamp(String kernel, Map<String, String> versions) {
    /** Counts up when the tree's shape changes; another number means to fetch again. */
    private static final String FORMAT = "1";

    private static final String NAME = "rig.properties";

    /**
     * @return the stamp, empty if the tree is not whole
     */
    static Optional<RigStamp> read(Path tree) throws IOException {
        Path file = tree.resolve(NAME);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        Properties p = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            p.load(in);
        } catch (IllegalArgumentException damaged) {
            return Optional.empty();
        }
        if (!FORMAT.equals(p.getProperty("format"))) {
            return Optional.empty();
        }
        Map<String, String> versions = new TreeMap<>();
        for (String key : p.stringPropertyNames()) {
            if (key.startsWith("size.") && !sizeIs(tree, key.substring(5), p.getProperty(key))) {
                return Optional.empty();
            }
            if (key.startsWith("version.")) {
                versions.put(key.substring(8), p.getProperty(key));
            }
        }
        return Optional.of(new RigStamp(p.getProperty("kernel", ""), versions));
    }

    private static boolean sizeIs(Path tree, String path, String size) throws IOException {
        Path file = tree.resolve(path);
        return Files.isRegularFile(file) && Long.toString(Files.size(file)).equals(size);
    }

    /**
     * Looks at a freshly unpacked tree and stamps it.
     *
     * @throws java.nio.file.NoSuchFileException if a main file is not in it
     */
    static RigStamp write(Path tree, Map<String, String> versions) throws IOException {
        String kernel = "";
        Path modules = tree.resolve("usr/lib/modules");
        if (Files.isDirectory(modules)) {
            try (Stream<Path> releases = Files.list(modules)) {
                kernel =
                        releases.map(r -> r.getFileName().toString())
                                .max(String::compareTo)
                                .orElse("");
            }
        }
        RigStamp stamp = new RigStamp(kernel, versions);
        stamp.write(tree, new Rig(tree, stamp).mainFiles());
        return stamp;
    }

    /** Stamps a tree without a kernel, of which {@code mainFiles} must be there. */
    static void write(Path tree, Map<String, String> versions, List<Path> mainFiles)
            throws IOException {
        new RigStamp("", versions).write(tree, mainFiles);
    }

    private void write(Path tree, List<Path> mainFiles) throws IOException {
        Properties p = new Properties();
        p.setProperty("format", FORMAT);
        p.setProperty("kernel", kernel);
        versions.forEach((k, v) -> p.setProperty("version." + k, v));
        for (Path file : mainFiles) {
            p.setProperty("size." + tree.relativize(file), Long.toString(Files.size(file)));
        }
        try (OutputStream out = Files.newOutputStream(tree.resolve(NAME))) {
            p.store(out, "written by nvmetap");
        }
    }
}
