package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.vfiouser.DeviceServer;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.device.vfiouser.RemoteController;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * {@code exec:COMMAND}: a build as a process of its own. It gets two sockets: on {@code {listen}}
 * it serves the guest over vfio-user, on {@code {connect}} it finds its controller, which we serve.
 * A command that names neither gets {@code --listen SOCK --connect SOCK} at its end.
 */
public final class ExecDriver implements ExternalDriver {
    /** How long a build may take until it serves its guest. */
    public static final long START_NS_MAX = 30_000_000_000L;

    private static final long LOOK_NS = 5_000_000;

    private final String command;
    private final PciIdentity identity;
    private final Path folder;
    private final Path output;
    private final long startNsMax;
    private DriverProcess process;
    private DeviceServer device;
    private RemoteController remote;
    private PeerController peer;
    private volatile String trouble = "";

    /**
     * @param command for the shell
     * @param identity what its controller says it is
     * @param output where its output goes
     * @param startNsMax how long it may take until it serves its guest
     * @throws IOException if there is no place for sockets
     */
    public ExecDriver(String command, PciIdentity identity, Path output, long startNsMax)
            throws IOException {
        this.command = command;
        this.identity = identity;
        this.output = output;
        this.startNsMax = startNsMax;
        this.folder = Files.createTempDirectory("nvmetap-exec");
    }

    @Override
    public String name() {
        return "exec:" + command;
    }

    @Override
    public Controller build(Controller controller, Timeline timeline, Tap tap) {
        LiveTimeline live = (LiveTimeline) timeline;
        Path listen = folder.resolve("guest.sock");
        Path connect = folder.resolve("device.sock");
        try {
            device = new DeviceServer(connect, identity, controller, live, this::said);
            process = new DriverProcess(full(listen, connect), output);
            remote = await(listen, live);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        peer = new PeerController(remote);
        return peer;
    }

    private String full(Path listen, Path connect) {
        boolean named = command.contains("{listen}") || command.contains("{connect}");
        String whole = named ? command : command + " --listen {listen} --connect {connect}";
        return whole.replace("{listen}", listen.toString())
                .replace("{connect}", connect.toString());
    }

    private RemoteController await(Path socket, LiveTimeline live) throws IOException {
        long deadline = System.nanoTime() + startNsMax;
        while (true) {
            if (!process.alive()) {
                throw new IOException(process.ended() + ", before it served its guest");
            }
            if (Files.exists(socket)) {
                try {
                    return new RemoteController(socket, live, this::said);
                } catch (IOException notYet) {
                    // Between bind and listen a connection is refused.
                    said(notYet.getMessage());
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the driver never connected: nothing serves {listen} after "
                                + startNsMax / 1_000_000_000
                                + " s");
            }
            trouble = "";
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    private void said(String line) {
        if (trouble.isEmpty()) {
            trouble = line;
        }
    }

    @Override
    public void settle() {
        if (peer != null) {
            peer.settle();
        }
    }

    @Override
    public String ended() {
        String end = process == null ? "" : process.ended();
        if (end.isEmpty() && remote != null && remote.isGone()) {
            return "the driver does not answer: " + trouble;
        }
        return end;
    }

    /** Its last line of output, "" none. */
    public String lastLine() {
        return process == null ? "" : process.lastLine();
    }

    @Override
    public void close() {
        if (remote != null) {
            remote.close();
        }
        if (process != null) {
            process.close();
        }
        if (device != null) {
            device.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // A socket that stays behind in the folder for temporary files harms nobody.
        }
    }
}
