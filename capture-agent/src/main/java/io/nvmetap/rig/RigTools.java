package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One {@link ToolSet}, ready to run from its folder in the rig's cache. */
public final class RigTools {
    private final ToolSet set;
    private final Path folder;
    private final RigStamp stamp;

    private RigTools(ToolSet set, Path folder, RigStamp stamp) {
        this.set = set;
        this.folder = folder;
        this.stamp = stamp;
    }

    /**
     * @param cache cache folder, as {@link Rig#defaultCache} names it
     * @return the set in it, empty if it is not there or not whole
     */
    public static Optional<RigTools> find(Path cache, ToolSet set) throws IOException {
        Path folder = new RigCache(cache.toAbsolutePath().normalize()).tools(set);
        return RigStamp.read(folder).map(stamp -> new RigTools(set, folder, stamp));
    }

    /**
     * Finds the set, or fetches it if it is not there; one process at a time, others wait.
     *
     * @param cache cache folder, made if need be
     * @param progress told what is being done, a short line each
     * @throws CliFailure if it cannot be fetched; says why and what to do
     */
    public static RigTools fetch(Path cache, ToolSet set, Consumer<String> progress)
            throws IOException {
        Optional<RigTools> there = find(cache, set);
        if (there.isPresent()) {
            return there.get();
        }
        RigCache folder = new RigCache(cache.toAbsolutePath().normalize());
        return folder.alone(
                () -> {
                    Optional<RigTools> meanwhile = find(cache, set);
                    if (meanwhile.isPresent()) {
                        return meanwhile.get();
                    }
                    new ToolFetch(folder, Path.of("/etc/apt"), progress).fetch(set);
                    return find(cache, set).orElseThrow(() -> notWhole(cache, set));
                });
    }

    private static CliFailure notWhole(Path cache, ToolSet set) {
        return CliFailure.environment(
                cache + ": " + set.label() + " fetched but not whole; is the disk full?");
    }

    /**
     * @param name program of this set, as {@code promtool}
     * @return an executable file that runs it with its own loader, libraries and data; the process
     *     that runs it becomes the program. It needs no environment and can be copied with the
     *     folder.
     * @throws IllegalArgumentException if this set has no such program
     */
    public Path program(String name) {
        return set.programs().stream()
                .filter(p -> name(p).equals(name))
                .map(p -> script(folder, p))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(set + " has no " + name));
    }

    /**
     * @return its programs with the version of its first package, for people
     */
    public List<RigPart> parts() {
        String version = stamp.versions().getOrDefault(set.packages().get(0), "?");
        List<RigPart> parts = new ArrayList<>();
        for (String p : set.programs()) {
            parts.add(new RigPart(name(p), version, script(folder, p)));
        }
        return parts;
    }

    private static String name(String program) {
        return program.substring(program.lastIndexOf('/') + 1);
    }

    /** The script that runs {@code program}, a path in the folder. */
    static Path script(Path folder, String program) {
        return folder.resolve("run").resolve(name(program));
    }

    /** The files whose sizes the stamp keeps. */
    static List<Path> mainFiles(ToolSet set, Path folder) {
        return set.programs().stream()
                .flatMap(p -> Stream.of(folder.resolve(p), script(folder, p)))
                .toList();
    }
}
