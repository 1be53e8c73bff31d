package io.nvmetap.boot;

import io.nvmetap.capture.SinkPlan;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.live.LiveMediation;
import io.nvmetap.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Real firmware or a real kernel under QEMU, with the mediation driver of this process as its NVMe
 * disk.
 */
final class Boot implements AutoCloseable {
    /** In a command of the shell: the handle of the NVMe controller. */
    static final String NVME_HANDLE = "{nvme}";

    /** The controller's row in what the shell's {@code devices} prints. */
    private static final Pattern NVME_DEVICE =
            Pattern.compile("^\\s*([0-9A-F]+) .*NVM Express Controller");

    private final BootSpec spec;
    private final Path socketFolder;
    private final LiveMediation live;
    private final QemuMachine machine;
    private final long startedNs;
    private long reachedNs;
    private String failure = "";

    private Boot(BootSpec spec, Path socketFolder, LiveMediation live, QemuMachine machine) {
        this.spec = spec;
        this.socketFolder = socketFolder;
        this.live = live;
        this.machine = machine;
        this.startedNs = System.nanoTime();
    }

    /**
     * Starts the driver and the machine.
     *
     * @param onLine told each line of the guest's console
     * @param log told what goes wrong on the driver's side
     * @throws IOException if a part cannot be started; nothing is left behind
     */
    static Boot start(Rig rig, BootSpec spec, Consumer<String> onLine, Consumer<String> log)
            throws IOException {
        return start(rig, spec, SinkPlan.FILE_ONLY, onLine, log);
    }

    /** As the other; the recording goes where {@code sinks} says, too. */
    static Boot start(
            Rig rig, BootSpec spec, SinkPlan sinks, Consumer<String> onLine, Consumer<String> log)
            throws IOException {
        // A socket's path may have 107 bytes: not below the user's folder, wherever that is.
        Path socketFolder = Files.createTempDirectory("nvmetap");
        LiveMediation live = null;
        try {
            Path socket = socketFolder.resolve("nvme.sock");
            live = LiveMediation.start(spec.live(), socket, sinks, log);
            QemuCommand command = command(rig, spec).vfioUser(live.socket());
            QemuMachine machine = QemuMachine.start(command, spec.folder(), onLine);
            return new Boot(spec, socketFolder, live, machine);
        } catch (IOException | RuntimeException e) {
            if (live != null) {
                live.close();
            }
            Files.deleteIfExists(socketFolder);
            throw e;
        }
    }

    private static QemuCommand command(Rig rig, BootSpec spec) throws IOException {
        QemuCommand command = new QemuCommand(rig).memoryMiB(512).cpus(2);
        switch (spec.firmware()) {
            case "ovmf" -> command.ovmf();
            case "seabios" -> command.seabios();
            default -> command.firmware(Path.of(spec.firmware()));
        }
        if (spec.kernel() != null) {
            if (spec.initrd() == null) {
                command.kernel(spec.kernel(), spec.append());
            } else {
                command.kernel(spec.kernel(), spec.initrd(), spec.append());
            }
        }
        return command;
    }

    /** The machine, for those who type. */
    QemuMachine machine() {
        return machine;
    }

    /**
     * Waits until the boot is over, then ends the recording in order.
     *
     * @throws CliFailure if it is not over in time or the machine ended before
     * @throws IOException if the recording is not complete
     */
    void await() throws IOException {
        try {
            switch (spec.until().kind()) {
                case SHELL -> shell();
                case POWEROFF -> powerOff();
                case CONSOLE -> machine.expect(spec.until().pattern(), left());
                default -> throw new IllegalStateException(spec.until().toString());
            }
        } finally {
            reachedNs = System.nanoTime();
            live.endRecording();
        }
    }

    /** A guest that failed or panicked does not switch itself off. */
    private void powerOff() {
        Optional<MatchResult> end = machine.await(GuestWorkload.END, left());
        failure = end.map(MatchResult::group).filter(l -> !l.contains("DONE")).orElse("");
        if (left().isZero() && machine.process().isAlive()) {
            throw CliFailure.environment(
                    "the guest did not power off within "
                            + spec.timeout().toSeconds()
                            + " s; its console is in "
                            + machine.consoleFile());
        }
        if (failure.isEmpty()) {
            machine.awaitPowerOff(left());
            awaitClientGone();
        }
    }

    private void shell() {
        // Escape ends the shell's countdown.
        if (machine.expect(Until.SHELL_COUNTS, left()).group().startsWith("Press")) {
            machine.type("\u001b");
            machine.expect(Until.SHELL_READY, left());
        }
        String handle = "";
        for (String command : spec.shell()) {
            if (command.contains(NVME_HANDLE) && handle.isEmpty()) {
                machine.type("devices\r");
                handle = machine.expect(NVME_DEVICE, left()).group(1);
                machine.expect(Until.SHELL_READY, left());
            }
            machine.type(command.replace(NVME_HANDLE, handle) + "\r");
            machine.expect(Until.SHELL_READY, left());
        }
    }

    /** QEMU is gone; its last messages may still be under way. */
    private void awaitClientGone() {
        try {
            live.awaitClientGone(left().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CliFailure.environment("interrupted");
        }
    }

    private Duration left() {
        Duration left = spec.timeout().minusNanos(System.nanoTime() - startedNs);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** From the start of the machine to the end of the boot. */
    Duration elapsed() {
        return Duration.ofNanos((reachedNs == 0 ? System.nanoTime() : reachedNs) - startedNs);
    }

    /** What the guest said when it failed, "" if it did not. */
    String failure() {
        return failure;
    }

    /** Events written; final after {@link #await}. */
    long events() {
        return live.events();
    }

    /** Events lost; final after {@link #await}. */
    long lost() {
        return live.lost();
    }

    /** Ends the machine and the driver. */
    @Override
    public synchronized void close() throws IOException {
        try {
            live.endRecording();
        } finally {
            machine.close();
            try {
                live.close();
            } finally {
                Files.deleteIfExists(socketFolder);
            }
        }
    }
}
