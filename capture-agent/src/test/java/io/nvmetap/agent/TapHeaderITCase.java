package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.agent.CPrograms.Compiler;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nvmetap.h promises to those who include it. */
class TapHeaderITCase {
    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldNeedNothingOfALibraryWhenFreestanding(Compiler which) throws Exception {
        CPrograms c = CPrograms.with(which, folder);
        for (String level : List.of("-O0", "-O1", "-O2", "-O3", "-Os")) {
            List<String> flags =
                    List.of("-std=c99", "-pedantic", "-ffreestanding", "-nostdlib", level);
            Path object = c.object("mediator", flags);
            CPrograms.Ran ran = CPrograms.run(List.of("nm", "-u", object.toString()));
            assertThat(ran.status()).isZero();
            assertThat(ran.text()).as("%s %s wants", which, level).isBlank();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldCompileWithoutFloatingPointRegistersAsKernelsDo(Compiler which) throws Exception {
        CPrograms c = CPrograms.with(which, folder);
        List<String> flags = List.of("-std=c99", "-ffreestanding", "-O2", "-mgeneral-regs-only");
        assertThat(c.object("mediator", flags)).exists();
    }

    @ParameterizedTest
    @EnumSource
    void shouldKeepItsBounds(Compiler which) throws Exception {
        String program = CPrograms.with(which, folder).build("bounds", List.of("-O2")).toString();
        CPrograms.Ran ran = CPrograms.run(List.of(program));
        assertThat(ran.status()).as(ran.text()).isZero();
    }

    @Test
    void shouldUseMemoryRightlyWhenValgrindLooks() throws Exception {
        CPrograms c = CPrograms.with(Compiler.GCC, folder);
        String out = folder.resolve("v.tap").toString();
        String sample = c.build("sample", List.of("-O1"), "mediator").toString();
        String samples = c.build("samples", List.of("-O1")).toString();
        String overload = c.build("overload", List.of("-O1")).toString();
        String bounds = c.build("bounds", List.of("-O1")).toString();
        for (List<String> program :
                List.of(
                        List.of(sample, out, "0", "3"),
                        List.of(samples, out, "5", "620", "2"),
                        List.of(bounds),
                        List.of(overload, out, "3", "2000", "2", "8192"))) {
            List<String> command =
                    new java.util.ArrayList<>(
                            List.of(CPrograms.valgrind(), "-q", "--error-exitcode=99"));
            command.addAll(program);
            CPrograms.Ran ran = CPrograms.run(command);
            assertThat(ran.status()).as(ran.text()).isZero();
        }
    }

    @Test
    void shouldHaveNoDataRaceWhenThreadsShareRings() throws Exception {
        CPrograms c = CPrograms.with(Compiler.GCC, folder);
        String program = c.build("overload", List.of("-O2", "-fsanitize=thread")).toString();
        String out = folder.resolve("o.tap").toString();
        // Four threads on two rings: every ring is shared, one thread is interrupted besides.
        CPrograms.Ran ran = CPrograms.run(List.of(program, out, "4", "30000", "2", "16384"));
        assertThat(ran.status()).as(ran.text()).isZero();
        assertThat(ran.text()).doesNotContain("WARNING");
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhatAnEventCosts(Compiler which) throws Exception {
        String program = CPrograms.with(which, folder).build("cost", List.of("-O2")).toString();
        CPrograms.Ran ran = CPrograms.run(List.of(program));
        System.out.println("tap cost, " + which + ":\n" + ran.text());
        assertThat(ran.status()).as(ran.text()).isZero();
        assertThat(ran.text()).contains("ticks a doorbell", "ticks a command", "dropped 0");
    }
}
