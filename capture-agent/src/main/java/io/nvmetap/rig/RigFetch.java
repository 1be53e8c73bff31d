package io.nvmetap.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Fetches the packages of the rig and unpacks them into its tree. Not safe for two at once. */
final class RigFetch {
    /** The release that packages come from. */
    static final String SUITE = "trixie";

    /** vfio-user came with QEMU 10.1; the release itself has 10.0. */
    private static final String NEWER_SUITE = "trixie-backports";

    private static final List<String> FROM_NEWER = List.of("qemu-system-x86");
    private static final List<String> FROM_SUITE =
            List.of(
                    "ovmf",
                    "busybox-static",
                    "linux-image-cloud-amd64",
                    "e2fsprogs",
                    "mtools",
                    "dosfstools",
                    "systemd-boot-efi");

    /** Of what these depend on: not the tools to install a kernel, or scripts. */
    private static final Pattern UNPACKED =
            Pattern.compile("(lib(?!python)|qemu-|ipxe-qemu|seabios|linux-image-).*");

    private final RigCache cache;
    private final Path etcApt;
    private final Consumer<String> progress;

    RigFetch(RigCache cache, Path etcApt, Consumer<String> progress) {
        this.cache = cache;
        this.etcApt = etcApt;
        this.progress = progress;
    }

    /** Fetches all and puts the tree in place as the last step. */
    void fetch() throws IOException {
        AptFolder.requireDebianTools();
        AptArchive archive = AptFolder.archive(etcApt);
        Files.deleteIfExists(cache.log());
        Path scratch = cache.scratch();
        try {
            fetch(archive, new AptFolder(scratch, cache.log()));
        } finally {
            RigCache.delete(scratch);
        }
    }

    private void fetch(AptArchive archive, AptFolder apt) throws IOException {
        progress.accept("lists of " + SUITE + " and " + NEWER_SUITE);
        apt.update(archive, SUITE + " " + NEWER_SUITE);
        progress.accept(String.join(" ", FROM_NEWER));
        apt.download(NEWER_SUITE, FROM_NEWER);
        Map<String, Path> packages = new TreeMap<>(apt.downloaded(RigFetch::ofUse));
        progress.accept(String.join(" ", FROM_SUITE));
        apt.download(SUITE, FROM_SUITE);
        // Of a library that both suites gave, QEMU's is the newer and serves all.
        apt.downloaded(RigFetch::ofUse).forEach(packages::putIfAbsent);
        progress.accept("unpacking " + packages.size() + " packages");
        Path tree = apt.scratch().resolve("tree");
        apt.unpack(packages.values(), tree);
        RigStamp.write(tree, AptFolder.versions(packages, known()));
        RigCache.delete(cache.tree());
        Files.move(tree, cache.tree(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean ofUse(String name) {
        return FROM_NEWER.contains(name)
                || FROM_SUITE.contains(name)
                || UNPACKED.matcher(name).matches();
    }

    /** The packages people know. */
    private static List<String> known() {
        List<String> known = new ArrayList<>(FROM_NEWER);
        known.addAll(FROM_SUITE);
        known.add("seabios");
        return known;
    }
}
