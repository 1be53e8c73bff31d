package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The machine's own apt-get, kept apart from its package database by options: own lists, own cache,
 * empty status. Packages are downloaded here and unpacked into a tree; nothing is installed.
 *
 * @param scratch folder that apt may fill
 * @param log where all that apt and dpkg-deb say is appended
 */
record AptFolder(Path scratch, Path log) {
    private static final Duration LISTS_LIMIT = Duration.ofMinutes(3);
    private static final Duration DOWNLOAD_LIMIT = Duration.ofMinutes(10);
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(1);
    private static final Pattern ARCHIVE_NAME = Pattern.compile("([^_]+)_([^_]+)_[^_]+\\.deb");
    private static final String OTHER_WAYS =
            "copy the rig folder of a machine that could fetch it and name it with NVMETAP_RIG";

    /**
     * @throws CliFailure if this machine cannot fetch: not amd64, or no apt
     */
    static void requireDebianTools() {
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
                                + " to fetch QEMU, OVMF, SeaBIOS, a kernel and tools with; "
                                + OTHER_WAYS);
            }
        }
    }

    /**
     * @param etcApt apt's folder
     * @return the Debian archive that apt's sources name
     * @throws CliFailure if they name none
     */
    static AptArchive archive(Path etcApt) throws IOException {
        return AptSources.debian(etcApt)
                .orElseThrow(
                        () ->
                                CliFailure.environment(
                                        "apt's sources in "
                                                + etcApt
                                                + " name no Debian archive; "
                                                + OTHER_WAYS));
    }

    /**
     * Makes the folders and gets the lists of packages.
     *
     * @param suites suites to take, apart by spaces
     */
    void update(AptArchive archive, String suites) throws IOException {
        Files.createDirectories(scratch.resolve("sources.d"));
        Files.createDirectories(scratch.resolve("lists/partial"));
        Files.createDirectories(scratch.resolve("archives/partial"));
        Files.writeString(scratch.resolve("status"), "");
        Files.writeString(scratch.resolve("sources.d/rig.sources"), archive.stanza(suites));
        apt(LISTS_LIMIT, List.of("update"));
    }

    /** Downloads packages and all they depend on. */
    void download(String suite, List<String> names) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("install", "--download-only"));
        arguments.addAll(List.of("-t", suite));
        arguments.addAll(names);
        apt(DOWNLOAD_LIMIT, arguments);
    }

    /**
     * @param wanted by name of package
     * @return packages that were downloaded, file by name
     */
    Map<String, Path> downloaded(Predicate<String> wanted) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        try (Stream<Path> all = Files.list(scratch.resolve("archives"))) {
            all.forEach(
                    f -> {
                        Matcher m = ARCHIVE_NAME.matcher(f.getFileName().toString());
                        if (m.matches() && wanted.test(m.group(1))) {
                            files.put(m.group(1), f);
                        }
                    });
        }
        return files;
    }

    /** Unpacks packages into a new tree; {@code root} is made. */
    void unpack(Iterable<Path> packages, Path root) throws IOException {
        for (String folder : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createDirectories(root.resolve("usr").resolve(folder));
            Files.createSymbolicLink(root.resolve(folder), Path.of("usr", folder));
        }
        for (Path file : packages) {
            String name = file.getFileName().toString();
            List<String> command =
                    List.of("/usr/bin/dpkg-deb", "-x", file.toString(), root.toString());
            run("unpacking " + name, UNPACK_LIMIT, command);
        }
    }

    /**
     * @return version in a package's file name, without its epoch
     */
    static String version(String fileName) {
        Matcher m = ARCHIVE_NAME.matcher(fileName);
        return m.matches() ? m.group(2).replaceFirst("^\\d+%3a", "") : "?";
    }

    /**
     * @return versions of those of {@code names} that were downloaded
     */
    static Map<String, String> versions(Map<String, Path> packages, List<String> names) {
        Map<String, String> versions = new TreeMap<>();
        for (String name : names) {
            if (packages.containsKey(name)) {
                versions.put(name, version(packages.get(name).getFileName().toString()));
            }
        }
        return versions;
    }

    private void apt(Duration limit, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/apt-get", "-q", "-y"));
        options().forEach((k, v) -> command.addAll(List.of("-o", k + "=" + v)));
        command.addAll(arguments);
        run("apt-get " + arguments.get(0), limit, command);
    }

    private Map<String, String> options() {
        Map<String, String> options = new TreeMap<>();
        options.put("Dir::Etc::sourcelist", "/dev/null");
        options.put("Dir::Etc::sourceparts", scratch.resolve("sources.d").toString());
        // Pins and defaults of the machine's own release are not meant for another one.
        options.put("Dir::Etc::preferences", "/dev/null");
        options.put("Dir::Etc::preferencesparts", "/dev/null");
        options.put("Dir::State", scratch.toString());
        options.put("Dir::State::Lists", scratch.resolve("lists").toString());
        options.put("Dir::State::status", scratch.resolve("status").toString());
        options.put("Dir::Cache", scratch.toString());
        options.put("Dir::Cache::archives", scratch.resolve("archives").toString());
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
        return options;
    }

    private void run(String what, Duration limit, List<String> command) throws IOException {
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
}
