package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.TraceRules;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path trace;

    @BeforeEach
    void writeARecording() throws IOException {
        trace = write("boot.avro", new Recording().ready().io(7, 100, 0).io(8, 200, 0x281));
    }

    private Path write(String name, Recording recording) throws IOException {
        Path file = folder.resolve(name);
        try (TraceWriter writer = TraceWriter.open(file)) {
            for (CapturedEvent e : recording.events()) {
                writer.append(e);
            }
        }
        return file;
    }

    private int run(Object... args) {
        PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        return CommandRunner.run(new ReplayCommand(to, errors), words, errors);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String complained() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldExitWith0WhenSame() {
        assertThat(run(trace, "--driver", "reference")).as(complained()).isZero();
        assertThat(said()).startsWith("replay    reference").contains("SAME       4 commands");
    }

    @Test
    void shouldExitWith1WhenDiverged() {
        assertThat(run(trace, "--driver", "reference:fault=mdts-exceeded")).isZero();
        String driver = "reference:fault=command-set-selection-unsupported,unclean-shutdown";
        assertThat(run(trace, "--driver", driver)).isZero();
        assertThat(run(trace, "--driver", "reference:fault=sq-tail-out-of-range")).isZero();
        assertThat(run(trace, "--driver", "reference:fault=cqe-sqid-sqhd-not-translated"))
                .isEqualTo(1);
        assertThat(said()).contains("DIVERGED   at event");
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAQtestSocket() {
        assertThat(run(trace, "--driver", "qtest:")).isEqualTo(2);
        assertThat(complained()).contains("needs the path of QEMU's qtest socket");
        Path none = folder.resolve("none.sock");
        assertThat(run(trace, "--driver", "qtest:" + none)).isEqualTo(3);
        assertThat(complained()).contains("no such socket; start QEMU with -S -qtest unix:");
        assertThat(run(trace, "--driver", "qtest:" + none, "--controller", "generic")).isEqualTo(2);
        assertThat(complained()).contains("leave --controller out");
        assertThat(complained().lines()).hasSize(3);
    }

    @Test
    void shouldExitWith4WhenUnknown() throws IOException {
        Path gap = write("gap.avro", new Recording().ready().skip(2).io(1, 1, 0));
        assertThat(run(gap, "--driver", "reference")).isEqualTo(4);
        assertThat(said()).contains("UNKNOWN").contains("are missing");
    }

    @Test
    void shouldRefuseUnknownNamesInOneLine() {
        assertThat(run(trace, "--driver", "reference:fault=nonsense")).isEqualTo(2);
        assertThat(run(trace, "--driver", "gdb:x")).isEqualTo(2);
        assertThat(run(trace, "--driver", "reference", "--controller", "none")).isEqualTo(2);
        assertThat(run(trace, "--driver", "reference", "--time-scale", "-1")).isEqualTo(2);
        assertThat(complained().lines()).hasSize(4);
        assertThat(complained())
                .contains("unknown fault 'nonsense'; known: torn-cqe-copyback")
                .contains("[,seed=N], exec:COMMAND, vfio-user:SOCK or qtest:SOCK")
                .contains("no controller model 'none'");
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAFile() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.avro"));
        assertThat(run(empty, "--driver", "reference")).isEqualTo(3);
        assertThat(run(folder.resolve("none.avro"), "--driver", "reference")).isEqualTo(3);
        assertThat(complained().lines()).hasSize(2);
        assertThat(complained()).contains("the file is empty").contains("no such file");
    }

    @Test
    void shouldReplayADamagedFileUpToTheDamage() throws IOException {
        byte[] bytes = Files.readAllBytes(trace);
        Path cut = folder.resolve("cut.avro");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - 20));
        assertThat(run(cut, "--driver", "reference")).isIn(3, 4);
        assertThat(complained().lines()).hasSize(1);
    }

    @Test
    void shouldWriteJsonAndJunit() throws IOException {
        Path json = folder.resolve("out.json");
        Path xml = folder.resolve("out.xml");
        assertThat(run(trace, "--driver", "reference", "--format", "json", "--out", json)).isZero();
        assertThat(run(trace, "--driver", "reference", "--format", "junit", "--out", xml)).isZero();
        assertThat(json).content().startsWith("{\"verdict\":\"SAME\"");
        assertThat(xml).content().contains("<testcase classname=\"reference\" name=\"boot.avro\">");
    }

    @Test
    void shouldPrintThePlanOnly() {
        assertThat(run(trace, "--driver", "reference", "--dry-run")).isZero();
        assertThat(said()).contains("submit 1 on SQ 1").doesNotContain("SAME");
    }

    @Test
    void shouldWriteItsOwnRecordingAndReplayThat() throws IOException {
        Path own = folder.resolve("own.avro");
        assertThat(run(trace, "--driver", "reference", "--record", own)).isZero();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(own)) {
            assertThat(reader.next(e)).isTrue();
            assertThat(e.header.mediatorName()).isEqualTo("nvmetap-reference");
        }
        assertThat(run(own, "--driver", "reference")).as(said()).isZero();
    }

    private int git(Object... args) {
        PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] words = Arrays.stream(args).map(Object::toString).toArray(String[]::new);
        return ReplayCommand.run(new ReplayCommand(to, errors), words, errors);
    }

    /** See git-bisect(1): 125 passes a commit over, above 127 ends the search. */
    @Test
    void shouldExitAsGitBisectRunWants() throws IOException {
        Path gap = write("gap.avro", new Recording().ready().skip(2).io(1, 1, 0));
        assertThat(git(trace, "--driver", "reference", "--git-bisect")).isZero();
        String broken = "reference:fault=cqe-sqid-sqhd-not-translated";
        assertThat(git(trace, "--driver", broken, "--git-bisect")).isEqualTo(1);
        assertThat(git(gap, "--driver", "reference", "--git-bisect")).isEqualTo(125);
        Path none = folder.resolve("none.avro");
        assertThat(git(none, "--driver", "reference", "--git-bisect")).isEqualTo(125);
        assertThat(git(trace, "--driver", "nothing", "--git-bisect")).isEqualTo(128);
        assertThat(git(gap, "--driver", "reference")).isEqualTo(4);
    }

    @Test
    void shouldReplayAgainstAModelledController() {
        int status = run(trace, "--driver", "reference", "--controller", "generic");
        // The model reads what the recorded controller could not.
        assertThat(status).isEqualTo(1);
        assertThat(said()).contains("Unrecovered Read Error");
    }

    @Test
    void shouldSayThatTheRulesAreNotThere() {
        assertThat(run(trace, "--driver", "reference")).isZero();
        boolean present = TraceRules.present().isPresent();
        assertThat(said().contains("rules     not run: the rules are not on the class path"))
                .isEqualTo(!present);
        out.reset();
        assertThat(run(trace, "--driver", "reference", "--no-rules")).isZero();
        assertThat(said()).doesNotContain("rules");
    }

    @Test
    void shouldTrySeedsUntilOneShowsSomethingAndSayHowToRepeatIt() throws IOException {
        Path shell = BootRecordings.kept("shell");
        String race = "reference:fault=sq-cq-doorbell-pair-race";
        assertThat(run(shell, "--driver", race, "--perturb", "1..50", "--no-rules")).isEqualTo(1);
        String again = said().lines().filter(l -> l.startsWith("again")).findFirst().orElse("");
        assertThat(again).contains("./nvmetap replay ").doesNotContain("1..50");
        String first = said().lines().findFirst().orElse("");
        String[] words = again.substring(again.indexOf("replay ") + 7).split(" ");
        out.reset();
        assertThat(run((Object[]) words)).isEqualTo(1);
        assertThat(said()).startsWith(first);
        out.reset();
        assertThat(run(shell, "--driver", "reference", "--perturb", "1..5", "--no-rules")).isZero();
        assertThat(said()).contains("none of 5 seeds shows anything");
    }

    @Test
    void shouldRefuseSeedsThatAreNone() {
        String[] wrong = {"x", "-1", "3..1", "1..100001", "1...2", "99999999999999999999"};
        for (String seeds : wrong) {
            assertThat(run(trace, "--driver", "reference", "--perturb", seeds)).isEqualTo(2);
        }
        assertThat(run(trace, "--driver", "exec:true", "--perturb", "1")).isEqualTo(2);
        assertThat(complained().lines()).hasSize(wrong.length + 1);
        assertThat(complained()).contains("--perturb is for reference builds");
    }

    @Test
    void shouldQuoteWhatAShellWouldTakeApart() {
        List<String> args = List.of("a b.avro", "--driver", "it's", "--perturb=1..9");
        assertThat(SeedSearch.again(args, 7))
                .isEqualTo("./nvmetap replay 'a b.avro' --driver 'it'\\''s' --perturb=7");
    }
}
