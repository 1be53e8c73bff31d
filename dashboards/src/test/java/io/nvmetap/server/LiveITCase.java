package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.cli.Brokers;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.job.FlinkRunner;
import io.nvmetap.report.AnalysisOptions;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.testkit.Chromium;
import io.nvmetap.testkit.LiveMachine;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real broker, the real job, a mediator in real time, a real browser. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveITCase {
    private static final Path SHELL =
            Path.of("../capture-agent/src/test/recordings/boots/shell.avro");

    /** A read that is not answered has stalled after this long (command-stall.md). */
    private static final long DEADLINE_MS = 1_000;

    /** A hang bound; what it really takes is printed, and should be under two seconds. */
    private static final long LATE_MS_MAX = 15_000;

    @TempDir private Path folder;
    private LocalBroker broker;
    private String brokers;
    private Thread job;

    @BeforeEach
    void start() throws IOException {
        broker = new LocalBroker(folder.resolve("broker"));
        brokers = broker.start(Topics.ALL);
        job = new Thread(this::analyze, "analyze");
        job.start();
    }

    @AfterEach
    void stop() throws Exception {
        job.interrupt();
        job.join(60_000);
        broker.stop();
    }

    private void analyze() {
        AnalysisOptions live =
                new AnalysisOptions(
                        Optional.empty(),
                        Brokers.plain(brokers),
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.empty());
        try {
            new FlinkRunner().run(live, f -> {}, s -> {});
        } catch (IOException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldShowAStallSoonAfterItsDeadline() throws Exception {
        try (Dashboard dashboard =
                        Dashboard.start(new ServeSettings(List.of(), 0, Brokers.plain(brokers)));
                Chromium chromium = Chromium.start(false)) {
            Page page = chromium.page();
            page.navigate(dashboard.address() + "#/live");
            page.waitForSelector(".badge.good");
            publish(SHELL);
            // The job is up when it has judged the recording.
            page.waitForSelector(".finding-card.warning");
            try (LiveMachine machine =
                    LiveMachine.start(brokers, 5, ControllerFault.COMMAND_STALL)) {
                long submitted = machine.readUntilSilence(250_000_000);
                page.waitForSelector(".finding-card.error");
                page.waitForSelector(".stalls tr.open .age");
                long lateMs = (System.nanoTime() - submitted) / 1_000_000 - DEADLINE_MS;
                String figures =
                        String.format("a stall was on the page %d ms after its deadline%n", lateMs);
                System.out.print(figures);
                Files.createDirectories(Path.of("target"));
                Files.writeString(Path.of("target", "live-figures.txt"), figures);
                assertThat(page.textContent(".stalls tr.open")).contains("controller", "SQ 1");
                String age = page.textContent(".stalls tr.open .age");
                page.waitForFunction(
                        "was => document.querySelector('.stalls tr.open .age').textContent !== was",
                        age);
                chromium.picture("13-live");
                assertThat(lateMs).isLessThan(LATE_MS_MAX);
            }
            assertThat(chromium.errors()).isEmpty();
        }
    }

    private void publish(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace);
                KafkaEventSink sink = new KafkaEventSink(brokers, 60_000)) {
            while (reader.next(e)) {
                sink.accept(e);
            }
            sink.flush();
        }
    }
}
