package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures must be wrong when the rules are: labels that lie are the planted fault here. */
class FaultBenchTest {
    private static final String FAULT = "cqe-sqid-sqhd-not-translated";

    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int bench() {
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        return CommandRunner.run(
                new FaultBench(said, Path.of("..")), new String[] {folder.toString()}, err);
    }

    private void recording(String name, boolean faulted, String label) throws IOException {
        PlantedFault planted =
                PlantedFaults.all().stream()
                        .filter(p -> p.fault().equals(FAULT))
                        .findFirst()
                        .orElseThrow();
        SimulationSpec spec = faulted ? planted.faulted(7) : planted.healthy(7);
        try (TraceWriter writer = TraceWriter.open(folder.resolve(name + ".avro"))) {
            Simulation.run(spec, e -> append(writer, e));
        }
        Files.writeString(folder.resolve(name + ".json"), label);
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private static String label(String fault, String owner, boolean faulted) {
        return String.format(
                "{\"fault\":\"%s\",\"owner\":\"%s\",\"faulted\":%b,\"seed\":7}",
                fault, owner, faulted);
    }

    @Test
    void shouldCountWhatIsFoundAndWhoOwnsIt() throws IOException {
        recording("a", true, label(FAULT, "MEDIATOR", true));
        recording("b", false, label(FAULT, "MEDIATOR", false));
        assertThat(bench()).isEqualTo(ExitStatus.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"recall\":1.0000,\"precision\":1.0000,\"ownerAccuracy\":1.0000")
                .contains("\"falseFindings\":0");
    }

    @Test
    void shouldCountAFaultThatIsNotFoundAsMissedAndAFindingOfAnothersAsFalse() throws IOException {
        recording("a", true, label("torn-cqe-copyback", "GUEST", true));
        assertThat(bench()).isEqualTo(ExitStatus.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "missed: ./nvmetap bench faults --fault torn-cqe-copyback --seed 7 --seeds 1")
                .contains("\"recall\":0.0000")
                .doesNotContain("\"falseFindings\":0");
    }

    @Test
    void shouldCountAnythingSaidOfAHealthyRunAsFalse() throws IOException {
        recording("a", true, label(FAULT, "MEDIATOR", true));
        recording("b", true, label(FAULT, "MEDIATOR", false));
        assertThat(bench()).isEqualTo(ExitStatus.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"recall\":1.0000")
                .doesNotContain("\"precision\":1.0000")
                .doesNotContain("\"falseFindings\":0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"fault\":\"x\"}", "{\"fault\":", "nonsense"})
    void shouldSayWhichFileIsNoLabel(String text) throws IOException {
        Files.writeString(folder.resolve("a.json"), text);
        assertThat(bench()).isEqualTo(ExitStatus.FAILURE);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("a.json: no label")
                .containsOnlyOnce("\n");
    }

    @Test
    void shouldSayThatThereIsNothingToJudge() {
        assertThat(bench()).isEqualTo(ExitStatus.FAILURE);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("no label file");
    }
}
