package io.nvmetap.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.function.Consumer;

/** Fetches one {@link ToolSet} into its folder. Not safe for two at once. */
final class ToolFetch {
    private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu";

    /**
     * The loader's copy beside each program: Chromium looks for its data beside what it runs as.
     */
    private static final String LOADER = "nvmetap-loader";

    private static final String FONTS =
            """
            <?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
            <fontconfig>
              <dir prefix="relative">usr/share/fonts</dir>
              <cachedir prefix="xdg">fontconfig</cachedir>
            </fontconfig>
            """;

    private final RigCache cache;
    private final Path etcApt;
    private final Consumer<String> progress;

    ToolFetch(RigCache cache, Path etcApt, Consumer<String> progress) {
        this.cache = cache;
        this.etcApt = etcApt;
        this.progress = progress;
    }

    /** Fetches the set and puts its folder in place as the last step. */
    void fetch(ToolSet set) throws IOException {
        AptFolder.requireDebianTools();
        AptArchive archive = AptFolder.archive(etcApt);
        Path log = cache.log(set);
        Files.deleteIfExists(log);
        Path scratch = cache.scratch();
        try {
            AptFolder apt = new AptFolder(scratch, log);
            progress.accept("lists of " + RigFetch.SUITE);
            apt.update(archive, RigFetch.SUITE);
            progress.accept(String.join(" ", set.packages()));
            apt.download(RigFetch.SUITE, set.packages());
            Map<String, Path> packages = apt.downloaded(set::unpacks);
            progress.accept("unpacking " + packages.size() + " packages");
            Path tree = scratch.resolve("tree");
            apt.unpack(packages.values(), tree);
            prepare(set, tree);
            RigStamp.write(
                    tree,
                    AptFolder.versions(packages, set.packages()),
                    RigTools.mainFiles(set, tree));
            place(tree, cache.tools(set));
        } finally {
            RigCache.delete(scratch);
        }
    }

    private static void place(Path tree, Path folder) throws IOException {
        RigCache.delete(folder);
        Files.createDirectories(folder.getParent());
        Files.move(tree, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Adds what the packages do not bring: the loader's copies, scripts that run the programs. */
    static void prepare(ToolSet set, Path tree) throws IOException {
        Files.writeString(tree.resolve("fonts.conf"), FONTS);
        for (String program : set.programs()) {
            Files.copy(
                    tree.resolve("usr/lib64/ld-linux-x86-64.so.2"),
                    tree.resolve(program).resolveSibling(LOADER),
                    StandardCopyOption.REPLACE_EXISTING);
            Path script = RigTools.script(tree, program);
            Files.createDirectories(script.getParent());
            Files.writeString(script, script(set, program));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static String script(ToolSet set, String program) {
        StringBuilder s = new StringBuilder("#!/bin/sh\n");
        s.append("# written by nvmetap: runs a program with its own loader, libraries and data\n");
        s.append("here=$(cd \"$(dirname \"$0\")/..\" && pwd) || exit\n");
        for (String variable : set.environment()) {
            int equals = variable.indexOf('=');
            s.append("export ").append(variable, 0, equals).append("=\"$here/");
            s.append(variable.substring(equals + 1)).append("\"\n");
        }
        s.append("libs=$here/").append(LIBRARIES).append('\n');
        String folder = program.substring(0, program.lastIndexOf('/') + 1);
        s.append("exec \"$here/").append(folder).append(LOADER).append("\" --library-path ");
        // These keep libraries that others need in folders of their own.
        s.append("\"$libs:$libs/nss:$libs/pulseaudio:$libs/systemd\" ");
        s.append("\"$here/").append(program).append("\" ");
        if (set == ToolSet.CHROMIUM) {
            // Its children must start as it did: it would run the loader, and its zygote does.
            s.append("--no-zygote --browser-subprocess-path=\"$here/run/chromium\" ");
        }
        return s.append("\"$@\"\n").toString();
    }
}
