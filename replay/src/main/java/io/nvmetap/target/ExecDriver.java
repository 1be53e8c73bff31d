package io.nvmetap.target;

import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.device.vfiouser.ProtocolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code exec:COMMAND}: a build as a process of its own. It gets two sockets: on {@code {listen}}
 * it serves the guest over vfio-user, on {@code {connect}} it finds its controller, which we serve.
 * A command that names neither gets {@code --listen SOCK --connect SOCK} at its end.
 */
public final class ExecDriver extends PeerDriver {
    /** The socket may be closed a moment before the process is seen to end. */
    private static final long END_PATIENCE_MS = 500;

    /** Part of the time on a CPU above which a process is called busy: others may be busier. */
    private static final double SPINNING = 0.05;

    /** How long its CPU time is looked at: what it used before may have been its start. */
    private static final long LOOK_MS = 1_000;

    private final String command;
    private final PciIdentity identity;
    private final Path folder;
    private final Path output;
    private DriverProcess process;

    /**
     * @param command for the shell
     * @param identity what its controller says it is
     * @param output where its output goes
     * @throws IOException if there is no place for sockets
     */
    public ExecDriver(String command, PciIdentity identity, Path output, PeerLimits limits)
            throws IOException {
        super(limits);
        this.command = command;
        this.identity = identity;
        this.output = output;
        this.folder = Files.createTempDirectory("nvmetap-exec");
    }

    @Override
    public String name() {
        return "exec:" + command;
    }

    @Override
    Path guestSocket() {
        return folder.resolve("guest.sock");
    }

    private Path deviceSocket() {
        return folder.resolve("device.sock");
    }

    @Override
    String guestName() {
        return "{listen}";
    }

    @Override
    void serve(Controller controller, LiveTimeline live) throws IOException {
        serve(deviceSocket(), identity, controller, live);
    }

    @Override
    void start() throws IOException {
        process = new DriverProcess(full(), folder.getFileName().toString(), output);
    }

    private String full() {
        boolean named = command.contains("{listen}") || command.contains("{connect}");
        String whole = named ? command : command + " --listen {listen} --connect {connect}";
        return whole.replace("{listen}", guestSocket().toString())
                .replace("{connect}", deviceSocket().toString());
    }

    @Override
    String processEnded() {
        if (process == null) {
            return "";
        }
        if (process.floods()) {
            return "the driver floods its output: more than "
                    + (KeptOutput.BYTES_MAX >> 20)
                    + " MiB";
        }
        return process.ended();
    }

    /** A process that is busy while it should answer spins; one that is not waits for something. */
    @Override
    String processNow(ProtocolException.Kind kind) {
        if (kind == ProtocolException.Kind.LEFT && process.endsWithin(END_PATIENCE_MS)) {
            return "";
        }
        if (kind != ProtocolException.Kind.SILENT) {
            return "; its process still runs" + process.lastWords();
        }
        Duration before = process.cpu();
        long beganNs = System.nanoTime();
        process.endsWithin(LOOK_MS);
        double seconds = (System.nanoTime() - beganNs) / 1e9;
        double busy = process.cpu().minus(before).toNanos() / 1e9;
        return String.format(
                        Locale.ROOT,
                        "; its process %s (%.2f s of CPU in the next %.1f s)",
                        busy > seconds * SPINNING ? "spins" : "waits",
                        busy,
                        seconds)
                + process.lastWords();
    }

    @Override
    void endProcess() {
        if (process != null) {
            process.close();
        }
    }

    @Override
    public void close() {
        super.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A socket that stays behind in the folder for temporary files harms nobody.
        }
    }
}
