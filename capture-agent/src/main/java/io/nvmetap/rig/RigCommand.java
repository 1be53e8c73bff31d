package io.nvmetap.rig;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nvmetap rig}: fetches the real parts, or says where they are. */
@Command(
        name = "rig",
        mixinStandardHelpOptions = true,
        description = {
            "Fetches the real parts the tests and `boot` use (QEMU with vfio-user, OVMF, SeaBIOS,",
            "a kernel, tools that make disks) into a cache folder. Installs nothing."
        })
public final class RigCommand implements Callable<Integer> {
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description =
                    "Cache folder (default: NVMETAP_RIG, or nvmetap/rig in the user's cache"
                            + " folder).")
    private Path cache;

    @Option(names = "--offline", description = "Fetch nothing: only say what is there.")
    private boolean offline;

    @Option(
            names = "--tool",
            paramLabel = "NAME",
            description =
                    "Fetch this instead, for looking at what nvmetap writes: ${COMPLETION-CANDIDATES}"
                            + " (again for more).")
    private List<ToolSet> tools = List.of();

    private final PrintStream out;

    RigCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new RigCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        Path folder =
                cache != null
                        ? cache
                        : Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        if (!tools.isEmpty()) {
            for (ToolSet set : tools) {
                print("tool", tools(folder, set).parts());
            }
            return ExitStatus.OK;
        }
        Rig rig =
                offline
                        ? Rig.find(folder).orElseThrow(() -> absent(folder))
                        : Rig.fetch(folder, line -> out.printf("fetch     %s%n", line));
        print("rig", rig.parts());
        return ExitStatus.OK;
    }

    private RigTools tools(Path folder, ToolSet set) throws IOException {
        if (!offline) {
            return RigTools.fetch(folder, set, line -> out.printf("fetch     %s%n", line));
        }
        return RigTools.find(folder, set)
                .orElseThrow(
                        () ->
                                CliFailure.environment(
                                        String.format(
                                                "%s: no %s in it; fetch it with `nvmetap rig"
                                                        + " --tool %2$s` (without --offline)",
                                                folder, set.label())));
    }

    private void print(String what, List<RigPart> parts) {
        for (RigPart p : parts) {
            out.printf("%-9s %-12s  %-28s  %s%n", what, p.name(), p.version(), p.path());
        }
    }

    private static CliFailure absent(Path folder) {
        return CliFailure.environment(
                folder + ": no rig in it; fetch one with `nvmetap rig` (without --offline)");
    }
}
