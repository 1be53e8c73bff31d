package io.nvmetap.server;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trace files under the folders, and those named one by one. In a folder a link is not followed and
 * a file whose real place is elsewhere is refused.
 */
final class CaptureFolder {
    /** Files looked at in one folder. */
    static final int FILES_MAX = 1_000;

    /** Folders below the one that was named. */
    static final int DEPTH_MAX = 3;

    private final List<Path> named;

    CaptureFolder(List<Path> named) {
        for (Path p : named) {
            if (!Files.exists(p)) {
                throw CliFailure.environment(p + ": no such file or folder; check the path");
            }
        }
        this.named = List.copyOf(named);
    }

    /**
     * A trace file.
     *
     * @param file where it is
     * @param root the folder it was found in, empty if it was named itself
     */
    record Found(Path file, Optional<Path> root) {
        /** It is still where it was found, and no link out of its folder. */
        boolean holds() {
            return root.isEmpty() || inside(root.get(), file);
        }
    }

    /**
     * What is there now.
     *
     * @param files trace files, sorted within a folder
     * @param refused files that lead out of their folder
     * @param more there were over {@link #FILES_MAX}
     */
    record Listing(List<Found> files, int refused, boolean more) {}

    Listing list() throws IOException {
        List<Found> files = new ArrayList<>();
        int refused = 0;
        boolean more = false;
        for (Path p : named) {
            if (!Files.isDirectory(p)) {
                files.add(new Found(p.toAbsolutePath().normalize(), Optional.empty()));
                continue;
            }
            Path root = p.toRealPath();
            List<Path> found = walk(root);
            more |= found.size() > FILES_MAX;
            for (Path f : found.subList(0, Math.min(FILES_MAX, found.size()))) {
                if (inside(root, f)) {
                    files.add(new Found(f, Optional.of(root)));
                } else {
                    refused++;
                }
            }
        }
        return new Listing(files.stream().distinct().toList(), refused, more);
    }

    private static List<Path> walk(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root, DEPTH_MAX)) {
            return all.filter(f -> f.getFileName().toString().endsWith(".avro"))
                    .filter(f -> !Files.isDirectory(f, LinkOption.NOFOLLOW_LINKS))
                    .limit(FILES_MAX + 1L)
                    .sorted()
                    .toList();
        } catch (java.io.UncheckedIOException unreadable) {
            throw unreadable.getCause();
        }
    }

    /** A regular file, no link, and really in the folder. */
    static boolean inside(Path root, Path file) {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    && file.toRealPath().startsWith(root);
        } catch (IOException gone) {
            return false;
        }
    }
}
