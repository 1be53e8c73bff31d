package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** {@code nvmetap agent} on a thread of this process. */
final class AgentRun implements AutoCloseable {
    private static final long PATIENCE_MS = 60_000;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ByteArrayOutputStream failed = new ByteArrayOutputStream();
    private final Thread thread;
    private volatile int status = -1;

    private AgentRun(List<String> arguments) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(failed, true, StandardCharsets.UTF_8);
        String[] args = arguments.toArray(String[]::new);
        thread = new Thread(() -> status = CommandRunner.run(new AgentCommand(out), args, err));
        thread.setDaemon(true);
        thread.start();
    }

    /** Starts it and waits until it hears. */
    static AgentRun start(String... arguments) {
        AgentRun run = new AgentRun(List.of(arguments));
        run.await("it hears", () -> run.text().contains("\n") || !run.thread.isAlive());
        return run;
    }

    String text() {
        return said.toString(StandardCharsets.UTF_8);
    }

    String error() {
        return failed.toString(StandardCharsets.UTF_8);
    }

    /** What stands behind {@code listens on tcp:HOST:} and such. */
    String port() {
        String first = text().lines().findFirst().orElseThrow();
        return first.substring(first.lastIndexOf(':') + 1).strip();
    }

    /** Waits for its end. */
    int status() throws InterruptedException {
        thread.join(PATIENCE_MS);
        assertThat(thread.isAlive()).as("it ends; it said %s", text()).isFalse();
        return status;
    }

    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what + "; it said " + text()).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** Stops it as a test that failed would want it. */
    @Override
    public void close() throws InterruptedException {
        if (thread.isAlive()) {
            thread.interrupt();
            thread.join(PATIENCE_MS);
        }
    }

    static List<CapturedEvent> events(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                events.add(e.copy());
            }
            assertThat(reader.damage()).isEmpty();
        }
        return events;
    }
}
