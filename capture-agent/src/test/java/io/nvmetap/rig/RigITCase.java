package io.nvmetap.rig;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CliFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fetches for real, with this machine's apt. */
class RigITCase {
    @TempDir Path cache;

    @Test
    void twoFetchesAtOnceFetchOnceAndADamagedTreeIsFetchedAgain() throws Exception {
        AtomicInteger fetches = new AtomicInteger();
        Callable<Rig> fetch =
                () -> Rig.fetch(cache, l -> fetches.addAndGet(l.startsWith("lists") ? 1 : 0));
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (Future<Rig> rig : two.invokeAll(List.of(fetch, fetch))) {
                assertThat(rig.get().kernel()).isNotEmptyFile();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CliFailure noArchive) {
                RealRig.absent(noArchive);
            }
            throw e;
        } finally {
            two.shutdownNow();
        }
        assertThat(fetches).hasValue(1);
        assertThat(cache.toFile().list()).containsOnly("tree", "fetch.log", "rig.lock");

        Path kernel = Rig.find(cache).orElseThrow().kernel();
        Files.write(kernel, new byte[1], StandardOpenOption.TRUNCATE_EXISTING);
        assertThat(Rig.find(cache)).isEmpty();
        assertThat(fetch.call().kernel()).isNotEmptyFile();
        assertThat(fetches).hasValue(2);
        // The packages' links lead anywhere, which JUnit warns of, each.
        RigCache.delete(cache.resolve("tree"));
    }

    @Test
    void allProgramsRunAndQemuHasVfioUser() throws IOException {
        Rig rig = RealRig.require();
        for (RigTool tool : RigTool.values()) {
            String[] version = {tool == RigTool.MKFS_FAT ? "--help" : "-V"};
            assertThat(rig.run(tool, version).complaint()).doesNotContain("error while loading");
        }
        Path out = cache.resolve("devices");
        List<String> command = rig.qemu();
        command.addAll(List.of("-device", "help"));
        int status = ChildProcess.run(command, rig.environment(), out, out, Rig.TOOL_LIMIT);
        assertThat(status).isZero();
        assertThat(out).content().contains("\"vfio-user-pci\"", "\"nvme\"");
    }

    @ParameterizedTest
    @EnumSource
    void shouldRunEveryProgramOfAToolSetFromItsFolder(ToolSet set) throws IOException {
        RigTools tools = RealRig.require(set);
        for (RigPart program : tools.parts()) {
            Path out = cache.resolve("out");
            List<String> command = List.of(program.path().toString(), "--version");
            int status = ChildProcess.run(command, Map.of(), out, out, Rig.TOOL_LIMIT);
            String upstream = program.version().replaceFirst("[-+].*", "");
            assertThat(status).isZero();
            assertThat(out).content().contains(upstream);
        }
    }

    @Test
    void theSecondRunOfTheCommandFetchesNothing() throws Exception {
        RealRig.require();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int status = new RigCommand(new PrintStream(out, true)).call();
        assertThat(status).isZero();
        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).contains("rig       qemu ").doesNotContain("fetch");
    }
}
