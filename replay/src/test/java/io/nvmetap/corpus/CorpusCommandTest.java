package io.nvmetap.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusCommandTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... args) {
        PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        CorpusCommand command = new CorpusCommand(new PrintStream(new ByteArrayOutputStream()));
        return CommandRunner.run(command, args, err);
    }

    @Test
    void shouldWriteEachRunWithAndWithoutTheFaultAndItsLabel() throws IOException {
        String[] args = {
            "--write", folder.toString(), "--seeds", "1", "--fault", "number-of-queues-never-set"
        };
        assertThat(run(args)).isEqualTo(ExitStatus.OK);
        String name = "number-of-queues-never-set.guest." + PlantedFaults.SEED;
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            name + ".avro",
                            name + ".json",
                            name + ".healthy.avro",
                            name + ".healthy.json");
        }
        assertThat(Files.readString(folder.resolve(name + ".json")).strip())
                .isEqualTo(
                        "{\"fault\":\"number-of-queues-never-set\",\"owner\":\"GUEST\","
                                + "\"seed\":7,\"faulted\":true,\"alsoTrue\":[]}");
        assertThat(last(folder.resolve(name + ".avro"))).isEqualTo(EventKind.CAPTURE_ENDED);
    }

    private static EventKind last(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        EventKind last = null;
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                last = e.kind;
            }
        }
        return last;
    }

    @Test
    void shouldWriteHealthyRunsOfOneGuestFromTheSeedGiven() throws IOException {
        String[] args = {
            "--write", folder.toString(), "--seeds", "1", "--seed", "9", "--fault", "healthy.uboot"
        };
        assertThat(run(args)).isEqualTo(ExitStatus.OK);
        assertThat(folder.resolve("healthy.uboot.samsung.9.avro")).exists();
        assertThat(Files.readString(folder.resolve("healthy.uboot.samsung.9.json")).strip())
                .isEqualTo(
                        "{\"fault\":\"healthy.uboot.samsung\",\"owner\":\"\",\"seed\":9,"
                                + "\"faulted\":false,\"alsoTrue\":[]}");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).allMatch(f -> f.getFileName().toString().contains("healthy.uboot."));
        }
    }

    @Test
    void shouldSayWhichFaultsThereAre() {
        int status = run("--write", folder.toString(), "--fault", "nothing");
        assertThat(status).isEqualTo(ExitStatus.USAGE);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains("no fault 'nothing' can be planted; there are")
                .contains("torn-cqe-copyback");
    }

    @Test
    void shouldNameEachFaultOnceForEachOwner() {
        List<String> names = PlantedFaults.all().stream().map(PlantedFault::toString).toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(15);
    }
}
