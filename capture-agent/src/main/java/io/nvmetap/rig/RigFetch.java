package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Fetches packages with the machine's own apt-get, kept apart from its package database by options
 * (own lists, own cache, empty status), and unpacks them into a tree. Not safe for two at once.
 */
final class RigFetch {
    private static final Duration LISTS_LIMIT = Duration.ofMinutes(3);
    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(10);
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(1);

    private static final String SUITE = "trixie";

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

    private static final Pattern ARCHIVE_NAME = Pattern.compile("([^_]+)_([^_]+)_[^_]+\\.deb");

    private final RigCache cache;
    private final Path etcApt;
    private final Consumer<String> progress;
    private Path scratch;

    RigFetch(RigCache cache, Path etcApt, Consumer<String> progress) {
        this.cache = cache;
        this.etcApt = etcApt;
        this.progress = progress;
    }

    /** Fetches all and puts the tree in place as the last step. */
    void fetch() throws IOException {
        requireDebianTools();
        AptArchive archive =
                AptSources.debian(etcApt)
                        .orElseThrow(
                                () ->
                                        CliFailure.environment(
                                                "apt's sources in "
                                                        + etcApt
                                                        + " name no Debian archive; "
                                                        + OTHER_WAYS));
        Files.deleteIfExists(cache.log());
        scratch = cache.scratch();
        try {
            fetch(archive);
        } finally {
            RigCache.delete(scratch);
        }
    }

    private void fetch(AptArchive archive) throws IOException {
        prepare(archive);
        progress.accept("lists of " + SUITE + " and " + NEWER_SUITE);
        apt(LISTS_LIMIT, List.of("update"));
        download(NEWER_SUITE, FROM_NEWER);
        Map<String, Path> packages = new TreeMap<>(downloaded());
        download(SUITE, FROM_SUITE);
        // Of a library that both suites gave, QEMU's is the newer and serves all.
        downloaded().forEach(packages::putIfAbsent);
        progress.accept("unpacking " + packages.size() + " packages");
        unpack(packages.values());
        RigStamp.write(unpacked(), versions(packages));
        RigCache.delete(cache.tree());
        Files.move(unpacked(), cache.tree(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static final String OTHER_WAYS =
            "copy the rig folder of a machine that could fetch it and name it with NVMETAP_RIG";

    private static void requireDebianTools() {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw CliFailure.environment(
                    "the rig's programs are for amd64, this machine is "
                            + System.getProperty("os.arch")
                            + "; use one that is");
        }
        for (String program : List.of("apt-get", "dpkg-deb")) {
            if (!Files.isExecutable(Path.of("/usr/bin", program))) {
                throw CliFailure.environment(
                        "this machine has no "
                                + program
                                + " to fetch QEMU, OVMF, SeaBIOS, a kernel and disk tools with; "
                                + OTHER_WAYS);
            }
        }
    }

    /** The tree while it is not whole. */
    private Path unpacked() {
        return scratch.resolve("tree");
    }

    private void prepare(AptArchive archive) throws IOException {
        Path apt = scratch;
        Files.createDirectories(apt.resolve("sources.d"));
        Files.createDirectories(apt.resolve("lists/partial"));
        Files.createDirectories(apt.resolve("archives/partial"));
        Files.writeString(apt.resolve("status"), "");
        Files.writeString(
                apt.resolve("sources.d/rig.sources"), archive.stanza(SUITE + " " + NEWER_SUITE));
    }

    private void apt(Duration limit, List<String> arguments) throws IOException {
        Path apt = scratch;
        List<String> command = new ArrayList<>();
        command.addAll(List.of("/usr/bin/apt-get", "-q", "-y"));
        Map<String, String> options = new TreeMap<>();
        options.put("Dir::Etc::sourcelist", "/dev/null");
        options.put("Dir::Etc::sourceparts", apt.resolve("sources.d").toString());
        // Pins and defaults of the machine's own release are not meant for another one.
        options.put("Dir::Etc::preferences", "/dev/null");
        options.put("Dir::Etc::preferencesparts", "/dev/null");
        options.put("Dir::State", apt.toString());
        options.put("Dir::State::Lists", apt.resolve("lists").toString());
        options.put("Dir::State::status", apt.resolve("status").toString());
        options.put("Dir::Cache", apt.toString());
        options.put("Dir::Cache::archives", apt.resolve("archives").toString());
        options.put("APT::Architecture", "amd64");
        options.put("APT::Architectures", "amd64");
        options.put("APT::Get::List-Cleanup", "0");
        options.put("APT::Install-Recommends", "0");
        options.put("APT::Sandbox::User", System.getProperty("user.name"));
        options.put("APT::Update::Error-Mode", "any");
        options.put("Acquire::Languages", "none");
        options.put("Acquire::Retries", "2");
        options.put("Acquire::http::Timeout", "20");
        options.put("Acquire::https::Timeout", "20");
        options.put("Debug::NoLocking", "1");
        options.forEach((k, v) -> command.addAll(List.of("-o", k + "=" + v)));
        command.addAll(arguments);
        run("apt-get " + arguments.get(0), limit, command);
    }

    private void download(String suite, List<String> names) throws IOException {
        progress.accept(String.join(" ", names));
        List<String> arguments = new ArrayList<>(List.of("install", "--download-only"));
        arguments.addAll(List.of("-t", suite));
        arguments.addAll(names);
        apt(DOWNLOAD_LIMIT, arguments);
    }

    private void run(String what, Duration limit, List<String> command) throws IOException {
        Path log = cache.log();
        int status = ChildProcess.run(command, Map.of("LC_ALL", "C"), log, log, limit);
        if (status != 0) {
            throw CliFailure.environment(
                    what
                            + " ended with status "
                            + status
                            + ": "
                            + ChildProcess.complaint(log)
                            + " (mend it and run `nvmetap rig` again; all it said: "
                            + log
                            + ")");
        }
    }

    private static boolean ofUse(String name) {
        return FROM_NEWER.contains(name)
                || FROM_SUITE.contains(name)
                || UNPACKED.matcher(name).matches();
    }

    /** Packages in the archives folder that are of use, file by package name. */
    private Map<String, Path> downloaded() throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(scratch.resolve("archives"))) {
            all.forEach(
                    f -> {
                        Matcher m = ARCHIVE_NAME.matcher(f.getFileName().toString());
                        if (m.matches() && ofUse(m.group(1))) {
                            files.put(m.group(1), f);
                        }
                    });
        }
        return files;
    }

    private void unpack(Iterable<Path> packages) throws IOException {
        Path root = unpacked();
        for (String folder : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createDirectories(root.resolve("usr").resolve(folder));
            Files.createSymbolicLink(root.resolve(folder), Path.of("usr", folder));
        }
        for (Path file : packages) {
            String name = file.getFileName().toString();
            List<String> command = List.of("/usr/bin/dpkg-deb", "-x", file.toString());
            List<String> whole = new ArrayList<>(command);
            whole.add(root.toString());
            run("unpacking " + name, UNPACK_LIMIT, whole);
        }
    }

    /** Versions of the packages people know, without epoch. */
    private static Map<String, String> versions(Map<String, Path> packages) {
        Map<String, String> versions = new TreeMap<>();
        List<String> wanted = new ArrayList<>(FROM_NEWER);
        wanted.addAll(FROM_SUITE);
        wanted.add("seabios");
        for (String name : wanted) {
            if (packages.containsKey(name)) {
                versions.put(name, version(packages.get(name).getFileName().toString()));
            }
        }
        return versions;
    }

    /**
     * @return version in a package's file name, without its epoch
     */
    static String version(String fileName) {
        Matcher m = ARCHIVE_NAME.matcher(fileName);
        return m.matches() ? m.group(2).replaceFirst("^\\d+%3a", "") : "?";
    }
}
