package io.nvmetap.rig;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Other people's programs that look at what nvmetap writes and serves, or build and check its C.
 * Each set has a folder of its own beside the rig's tree and is fetched only when it is asked for:
 * who only boots pays nothing.
 */
public enum ToolSet {
    /** Wireshark's dissectors on the command line. */
    TSHARK(
            List.of("tshark", "wireshark-common"),
            List.of("usr/bin/tshark"),
            List.of(
                    "WIRESHARK_DATA_DIR=usr/share/wireshark",
                    "WIRESHARK_PLUGIN_DIR=usr/lib/x86_64-linux-gnu/wireshark/plugins")),
    /** Decodes protobuf messages against a .proto file. */
    PROTOC(List.of("protobuf-compiler"), List.of("usr/bin/protoc"), List.of()),
    /** Scrapes metrics and checks rules. */
    PROMETHEUS(
            List.of("prometheus", "promtool"),
            List.of("usr/bin/prometheus", "usr/bin/promtool"),
            List.of()),
    /** The browser, with one family of fonts. */
    CHROMIUM(
            List.of(
                    "chromium",
                    "chromium-common",
                    "fontconfig-config",
                    "fonts-dejavu-core",
                    "fonts-dejavu-mono",
                    "xkb-data"),
            List.of("usr/lib/chromium/chromium"),
            List.of("FONTCONFIG_FILE=fonts.conf")),
    /** A second C compiler; it links with this machine's own C library and linker. */
    CLANG(
            List.of("clang-19", "libllvm19", "llvm-19-linker-tools"),
            List.of("usr/lib/llvm-19/bin/clang"),
            List.of()),
    /** Looks for wrong uses of memory while a program runs. */
    VALGRIND(
            List.of("valgrind"),
            List.of("usr/bin/valgrind.bin"),
            List.of("VALGRIND_LIB=usr/libexec/valgrind"));

    /** Of what the packages depend on: libraries, but no compiler's and no interpreter's. */
    private static final Pattern LIBRARY = Pattern.compile("(lib(?!python|llvm|perl)|zlib1g).*");

    private final List<String> packages;
    private final List<String> programs;
    private final List<String> environment;

    ToolSet(List<String> packages, List<String> programs, List<String> environment) {
        this.packages = packages;
        this.programs = programs;
        this.environment = environment;
    }

    /**
     * @return its name as people type it, and of its folder
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @return packages to ask for by name; the first gives the set its version
     */
    List<String> packages() {
        return packages;
    }

    /**
     * @return paths of its programs in its folder
     */
    List<String> programs() {
        return programs;
    }

    /**
     * @return variables its programs want, NAME=VALUE, the value a path in its folder
     */
    List<String> environment() {
        return environment;
    }

    /**
     * @return whether a package that was downloaded with it is to be unpacked
     */
    boolean unpacks(String name) {
        return packages.contains(name) || LIBRARY.matcher(name).matches();
    }
}
