package io.nvmetap.boot;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A running QEMU and its serial console. Methods may be called from any thread; failures are one
 * line that says how the machine ended or where it stood still.
 */
public final class QemuMachine implements AutoCloseable {
    /** How long a machine may take to end when it is asked to, before it is killed. */
    public static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    /** How long what a dead machine left in its pipe may take to be read. */
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(5);

    /** How much of the end of QEMU's complaints an error message holds. */
    private static final int COMPLAINT_BYTES = 600;

    private final Process process;
    private final SerialConsole console;
    private final Path errors;

    private QemuMachine(Process process, SerialConsole console, Path errors) {
        this.process = process;
        this.console = console;
        this.errors = errors;
    }

    /**
     * Starts it.
     *
     * @param command what to start
     * @param folder made if need be; gets {@code console.log}, {@code qemu.log} and copies of flash
     *     images, replacing those of an earlier machine
     * @throws CliFailure if the program cannot be started at all
     */
    public static QemuMachine start(QemuCommand command, Path folder) throws IOException {
        return start(command, folder, line -> {});
    }

    /**
     * Starts it.
     *
     * @param onLine told each line of the console as it comes, from a thread of the machine's own
     *     that must not be held up; must not throw
     */
    public static QemuMachine start(QemuCommand command, Path folder, Consumer<String> onLine)
            throws IOException {
        Files.createDirectories(folder);
        return start(command.in(folder), command.environment(), folder, onLine);
    }

    static QemuMachine start(
            List<String> command,
            Map<String, String> environment,
            Path folder,
            Consumer<String> onLine) {
        Path errors = folder.resolve("qemu.log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectError(errors.toFile());
        SerialConsole console = new SerialConsole(folder.resolve("console.log"), onLine);
        CompletableFuture<Process> started = new CompletableFuture<>();
        // QEMU is to die with us, and the system ties it to the thread that started it: so that
        // has to be one that lives as long as the machine.
        Thread pump =
                new Thread(
                        () -> {
                            Process p;
                            try {
                                p = builder.start();
                            } catch (IOException e) {
                                started.completeExceptionally(e);
                                return;
                            }
                            started.complete(p);
                            console.pump(p.getInputStream());
                        },
                        "nvmetap-console");
        pump.setDaemon(true);
        pump.start();
        try {
            return new QemuMachine(started.join(), console, errors);
        } catch (CompletionException e) {
            throw CliFailure.environment(
                    e.getCause().getMessage() + "; fetch the rig again with `nvmetap rig`");
        }
    }

    /**
     * Waits until a finished line of the console holds {@code pattern}. Lines up to it are taken,
     * and of its own what is up to the end of the match: the next call searches what follows.
     *
     * @return the match
     * @throws CliFailure if it did not come in time, or the machine ended without it
     */
    public MatchResult expectLine(Pattern pattern, Duration patience) {
        return await(pattern, false, patience).orElseThrow(() -> absent(pattern, patience));
    }

    /**
     * As {@link #expectLine}, but the line need not be finished: for prompts, and for patterns that
     * the beginning of a line does not satisfy too early.
     */
    public MatchResult expect(Pattern pattern, Duration patience) {
        return await(pattern, true, patience).orElseThrow(() -> absent(pattern, patience));
    }

    /**
     * Waits until the console shows {@code pattern}, as {@link #expect} does.
     *
     * @return the match, empty if it did not come in time or the machine ended without it
     */
    public Optional<MatchResult> await(Pattern pattern, Duration patience) {
        return await(pattern, true, patience);
    }

    private Optional<MatchResult> await(Pattern pattern, boolean prompts, Duration patience) {
        try {
            return console.await(pattern, prompts, patience);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private CliFailure absent(Pattern pattern, Duration patience) {
        if (ended()) {
            return CliFailure.environment(
                    "the machine ended before its console showed '" + pattern + "': " + how());
        }
        return CliFailure.environment(
                "the console did not show '"
                        + pattern
                        + "' within "
                        + seconds(patience)
                        + " s; "
                        + where());
    }

    /** Types on the serial console; Enter is {@code \r}. */
    public void type(String text) {
        try {
            OutputStream in = process.getOutputStream();
            in.write(SerialConsole.keystrokes(text));
            in.flush();
        } catch (IOException e) {
            throw CliFailure.environment("the machine takes no keystrokes: " + how());
        }
    }

    /**
     * Waits until QEMU has ended by itself, as it does when the guest powers off.
     *
     * @throws CliFailure if it still runs when time is up, or ended with another status than 0
     */
    public void awaitPowerOff(Duration patience) {
        int status = awaitExit(patience);
        if (status != 0) {
            throw CliFailure.environment(how());
        }
    }

    /**
     * Waits until QEMU has ended.
     *
     * @return its exit status
     * @throws CliFailure if it still runs when time is up
     */
    public int awaitExit(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw CliFailure.environment(
                        "the machine still runs after " + seconds(patience) + " s; " + where());
            }
            console.awaitEnd(DRAIN_PATIENCE);
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /**
     * @return QEMU's process
     */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /**
     * @return file with the whole console as it came, escape sequences included
     */
    public Path consoleFile() {
        return console.file();
    }

    /**
     * @return the whole console so far, as lines of plain text
     */
    public String transcript() throws IOException {
        return console.transcript();
    }

    private boolean ended() {
        try {
            // It closes its output a moment before it is gone.
            return process.waitFor(
                    console.awaitEnd(Duration.ZERO) ? DRAIN_PATIENCE.toMillis() : 0,
                    TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private String how() {
        String status = process.isAlive() ? "QEMU closed its console" : "";
        if (status.isEmpty()) {
            status = "QEMU ended with status " + process.exitValue();
        }
        String complaint = complaint();
        return status
                + (complaint.isEmpty() ? " without a complaint" : ": " + complaint)
                + "; "
                + where();
    }

    private String where() {
        return "last line '" + console.lastLine() + "', all of it in " + console.file();
    }

    private String complaint() {
        try (RandomAccessFile file = new RandomAccessFile(errors.toFile(), "r")) {
            long from = Math.max(0, file.length() - COMPLAINT_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8).strip();
            return text.replaceAll("\\s*\\R\\s*", "; ");
        } catch (IOException e) {
            return "";
        }
    }

    private static String seconds(Duration d) {
        return String.format("%.1f", d.toMillis() / 1e3);
    }

    private static CliFailure interrupted() {
        Thread.currentThread().interrupt();
        return CliFailure.environment("interrupted while waiting for the machine");
    }

    /** Ends it if it still runs: asks, then kills. Does nothing to any other process. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor(DRAIN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            console.awaitEnd(DRAIN_PATIENCE);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
