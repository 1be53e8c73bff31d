package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Real parts, ready to run from a cache folder: QEMU with vfio-user, OVMF, SeaBIOS, a Linux kernel,
 * busybox, and tools that make and check disks. The programs run with the tree's own loader and
 * libraries, so that nothing of them is installed and the folder can be copied to another machine.
 */
public final class Rig {
    /** Most of a tool's output that is kept. */
    public static final int OUTPUT_BYTES_MAX = 64 << 20;

    /** Longest a tool may take. */
    public static final Duration TOOL_LIMIT = Duration.ofSeconds(60);

    private static final String LIBRARIES = "usr/lib/x86_64-linux-gnu";

    private final Path tree;
    private final RigStamp stamp;

    Rig(Path tree, RigStamp stamp) {
        this.tree = tree;
        this.stamp = stamp;
    }

    /**
     * @param environment environment variables
     * @param userHome the user's home folder
     * @return folder named by NVMETAP_RIG, or nvmetap/rig under the user's cache folder
     */
    public static Path defaultCache(Map<String, String> environment, String userHome) {
        String named = environment.getOrDefault("NVMETAP_RIG", "");
        if (!named.isBlank()) {
            return Path.of(named).toAbsolutePath().normalize();
        }
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG base directory specification: a relative path is to be ignored.
        Path base = Path.of(cache.startsWith("/") ? cache : userHome + "/.cache");
        return base.resolve("nvmetap").resolve("rig").normalize();
    }

    /**
     * @param cache cache folder
     * @return the parts in it, empty if there are none or they are not whole
     */
    public static Optional<Rig> find(Path cache) throws IOException {
        Path tree = new RigCache(cache.toAbsolutePath().normalize()).tree();
        return RigStamp.read(tree).map(stamp -> new Rig(tree, stamp));
    }

    /**
     * Finds the parts, or fetches them if there are none; one process at a time, others wait.
     *
     * @param cache cache folder, made if need be
     * @param progress told what is being done, a short line each
     * @throws CliFailure if they cannot be fetched; says why and what to do
     */
    public static Rig fetch(Path cache, Consumer<String> progress) throws IOException {
        Optional<Rig> there = find(cache);
        if (there.isPresent()) {
            return there.get();
        }
        RigCache folder = new RigCache(cache.toAbsolutePath().normalize());
        return folder.alone(
                () -> {
                    Optional<Rig> meanwhile = find(cache);
                    if (meanwhile.isPresent()) {
                        return meanwhile.get();
                    }
                    new RigFetch(folder, Path.of("/etc/apt"), progress).fetch();
                    return find(cache)
                            .orElseThrow(
                                    () ->
                                            CliFailure.environment(
                                                    cache
                                                            + ": fetched but not whole; is the"
                                                            + " disk full?"));
                });
    }

    /**
     * @return how to start QEMU: program and the options that lead it to its data, to be followed
     *     by options of the caller; run it with {@link #environment()}
     */
    public List<String> qemu() {
        List<String> command = program("usr/bin/qemu-system-x86_64");
        command.addAll(List.of("-L", tree.resolve("usr/share/qemu").toString()));
        command.addAll(List.of("-L", tree.resolve("usr/share/seabios").toString()));
        return command;
    }

    /**
     * @return how to start {@code tool}; run it with {@link #environment()}
     */
    public List<String> tool(RigTool tool) {
        return program(tool.path());
    }

    private List<String> program(String path) {
        String libraries = tree.resolve(LIBRARIES).toString();
        // These two keep libraries that others need in folders of their own.
        String search = libraries + ":" + libraries + "/ceph:" + libraries + "/systemd";
        return new ArrayList<>(
                List.of(
                        tree.resolve("lib64/ld-linux-x86-64.so.2").toString(),
                        "--library-path",
                        search,
                        tree.resolve(path).toString()));
    }

    /**
     * @return environment variables all programs of the rig want on top of those there are
     */
    public Map<String, String> environment() {
        Path libraries = tree.resolve(LIBRARIES);
        return Map.of(
                "QEMU_MODULE_DIR",
                libraries.resolve("qemu").toString(),
                "GCONV_PATH",
                libraries.resolve("gconv").toString(),
                "MKE2FS_CONFIG",
                tree.resolve("etc/mke2fs.conf").toString(),
                "E2FSCK_CONFIG",
                "/dev/null",
                "MTOOLSRC",
                "/dev/null",
                "LC_ALL",
                "C");
    }

    /**
     * Runs a tool to its end.
     *
     * @throws CliFailure if it takes longer than {@link #TOOL_LIMIT}; any exit status is returned
     */
    public RigRun run(RigTool tool, String... arguments) throws IOException {
        List<String> command = tool(tool);
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile("nvmetap-tool", ".out");
        Path err = Files.createTempFile("nvmetap-tool", ".err");
        try {
            int status = ChildProcess.run(command, environment(), out, err, TOOL_LIMIT);
            return new RigRun(tool, status, head(out), head(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static byte[] head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(OUTPUT_BYTES_MAX);
        }
    }

    /**
     * @return OVMF's code, a pflash image to be used read-only
     */
    public Path ovmfCode() {
        return tree.resolve("usr/share/OVMF/OVMF_CODE_4M.fd");
    }

    /**
     * @return OVMF's empty variables, a pflash image to be copied for each machine
     */
    public Path ovmfVars() {
        return tree.resolve("usr/share/OVMF/OVMF_VARS_4M.fd");
    }

    /**
     * @return SeaBIOS
     */
    public Path seabios() {
        return tree.resolve("usr/share/seabios/bios-256k.bin");
    }

    /**
     * @return the kernel, also an EFI program
     */
    public Path kernel() {
        return tree.resolve("boot/vmlinuz-" + stamp.kernel());
    }

    /**
     * @return the kernel's release, as {@code uname -r} says it
     */
    public String kernelVersion() {
        return stamp.kernel();
    }

    /**
     * @return the kernel's folder of modules; there is no modules.dep in it
     */
    public Path modules() {
        return tree.resolve("usr/lib/modules").resolve(stamp.kernel());
    }

    /**
     * @return busybox, needing no library
     */
    public Path busybox() {
        return tree.resolve("usr/bin/busybox");
    }

    /**
     * @return systemd-boot, an EFI program
     */
    public Path systemdBoot() {
        return tree.resolve("usr/lib/systemd/boot/efi/systemd-bootx64.efi");
    }

    /**
     * @return every part with its version, for people
     */
    public List<RigPart> parts() {
        return List.of(
                part("qemu", "qemu-system-x86", tree.resolve("usr/bin/qemu-system-x86_64")),
                part("ovmf", "ovmf", ovmfCode()),
                part("seabios", "seabios", seabios()),
                new RigPart("kernel", stamp.kernel(), kernel()),
                part("busybox", "busybox-static", busybox()),
                part("systemd-boot", "systemd-boot-efi", systemdBoot()),
                part("e2fsprogs", "e2fsprogs", tree.resolve(RigTool.MKE2FS.path())),
                part("dosfstools", "dosfstools", tree.resolve(RigTool.MKFS_FAT.path())),
                part("mtools", "mtools", tree.resolve(RigTool.MCOPY.path())));
    }

    private RigPart part(String name, String debianPackage, Path path) {
        return new RigPart(name, stamp.versions().getOrDefault(debianPackage, "?"), path);
    }

    /** The files whose sizes the stamp keeps: each one thing that must be there. */
    List<Path> mainFiles() {
        Stream<Path> others =
                Stream.of(
                        tree.resolve("lib64/ld-linux-x86-64.so.2"),
                        modules().resolve("modules.builtin"),
                        ovmfVars(),
                        tree.resolve("etc/mke2fs.conf"),
                        tree.resolve("usr/share/qemu/linuxboot_dma.bin"));
        Stream<Path> tools = Stream.of(RigTool.values()).map(t -> tree.resolve(t.path()));
        return Stream.of(parts().stream().map(RigPart::path), others, tools)
                .flatMap(s -> s)
                .distinct()
                .toList();
    }
}
