package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.rig.RealRig;
import io.nvmetap.rig.ToolSet;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Builds and runs the C programs beside these tests. */
final class CPrograms {
    static final Path SOURCES = Path.of("src/test/c").toAbsolutePath();
    static final Path HEADER = Path.of("src/main/c").toAbsolutePath();
    static final List<String> STRICT = List.of("-Wall", "-Wextra", "-Werror");

    private static final long PATIENCE_S = 120;

    /** Compilers the header must please. */
    enum Compiler {
        GCC,
        CLANG
    }

    private final String compiler;
    private final Path folder;

    private CPrograms(String compiler, Path folder) {
        this.compiler = compiler;
        this.folder = folder;
    }

    /**
     * @param folder for what is built
     * @return a compiler; without one the test is skipped, and fails where CI=true
     */
    static CPrograms with(Compiler which, Path folder) throws IOException {
        String name = which.name().toLowerCase(java.util.Locale.ROOT);
        for (String dir : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(dir, name))) {
                return new CPrograms(name, folder);
            }
        }
        if (which == Compiler.CLANG) {
            // It links with what this machine's gcc brought, so that one must be there too.
            with(Compiler.GCC, folder);
            return new CPrograms(
                    RealRig.require(ToolSet.CLANG).program("clang").toString(), folder);
        }
        String why = "no gcc on this machine; install gcc and libc6-dev";
        return "true".equals(System.getenv("CI")) ? fail(why) : abort(why);
    }

    /**
     * @return path of valgrind: this machine's or the rig's
     */
    static String valgrind() throws IOException {
        for (String dir : System.getenv("PATH").split(":")) {
            if (Files.isExecutable(Path.of(dir, "valgrind"))) {
                return "valgrind";
            }
        }
        return RealRig.require(ToolSet.VALGRIND).program("valgrind.bin").toString();
    }

    /**
     * @param name program, and its first source
     * @param flags besides the strict ones
     * @param more further sources
     * @return the program
     */
    Path build(String name, List<String> flags, String... more) throws Exception {
        List<String> link = new ArrayList<>(List.of(compiler));
        List<String> sources = new ArrayList<>(List.of(name));
        sources.addAll(List.of(more));
        // One source a call: the rig's clang cannot start itself a second time.
        for (String source : sources) {
            link.add(object(source, flags).toString());
        }
        Path program = folder.resolve(name);
        link.addAll(flags);
        link.addAll(List.of("-pthread", "-o", program.toString()));
        assertThat(run(link).status).as("linking " + name).isZero();
        return program;
    }

    /** Compiles one source. */
    Path object(String source, List<String> flags) throws Exception {
        Path object = folder.resolve(source + ".o");
        List<String> command = new ArrayList<>(List.of(compiler));
        command.addAll(STRICT);
        if (flags.stream().noneMatch(f -> f.startsWith("-std="))) {
            command.add("-std=gnu99");
        }
        command.addAll(List.of("-g", "-I" + HEADER));
        command.addAll(flags);
        command.addAll(List.of("-c", SOURCES.resolve(source + ".c").toString()));
        command.addAll(List.of("-o", object.toString()));
        Ran ran = run(command);
        assertThat(ran.status).as(ran.text).isZero();
        return object;
    }

    /**
     * @param status exit status
     * @param text what it said
     */
    record Ran(int status, String text) {}

    /** Runs to the end; what it says is kept. */
    static Ran run(List<String> command) throws Exception {
        Process p = start(command);
        String text;
        try (InputStream in = p.getInputStream()) {
            text = new String(in.readNBytes(1 << 20), StandardCharsets.UTF_8);
        }
        if (!p.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            p.destroyForcibly();
            fail(command + " does not end");
        }
        return new Ran(p.exitValue(), text);
    }

    static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }
}
