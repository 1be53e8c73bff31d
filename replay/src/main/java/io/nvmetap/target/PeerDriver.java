package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.vfiouser.DeviceServer;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.device.vfiouser.ProtocolException;
import io.nvmetap.device.vfiouser.RemoteController;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A driver that serves its guest over vfio-user on one socket and, if it is given one, finds its
 * controller on another, which we serve.
 */
abstract class PeerDriver implements ExternalDriver {
    private static final long LOOK_NS = 5_000_000;

    private final PeerLimits limits;
    private DeviceServer device;
    private RemoteController remote;
    private PeerController peer;
    private String ending = "";

    PeerDriver(PeerLimits limits) {
        this.limits = limits;
    }

    /** Where it serves its guest. */
    abstract Path guestSocket();

    /** Starts it, if that is ours to do. */
    abstract void start() throws IOException;

    /** How its process ended, "" it has not, or there is none to look at. */
    abstract String processEnded();

    /** What is to be said of a process that left or does not answer, "" nothing. */
    abstract String processNow(ProtocolException.Kind kind);

    /** Serves the controller before the driver starts. */
    final void serve(Path socket, PciIdentity identity, Controller controller, LiveTimeline live)
            throws IOException {
        device = new DeviceServer(socket, identity, controller, live, line -> {});
    }

    /** The controller to serve, if any. */
    abstract void serve(Controller controller, LiveTimeline live) throws IOException;

    @Override
    public Controller build(Controller controller, Timeline timeline, Tap tap) {
        LiveTimeline live = (LiveTimeline) timeline;
        try {
            serve(controller, live);
            start();
        } catch (IOException e) {
            throw new UnavailableException(e);
        }
        try {
            remote = await(live);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        peer = new PeerController(remote);
        return peer;
    }

    private RemoteController await(LiveTimeline live) throws IOException {
        Path socket = guestSocket();
        long deadline = System.nanoTime() + limits.startNsMax();
        while (true) {
            String end = processEnded();
            if (!end.isEmpty()) {
                throw new IOException(end + ", before it served its guest");
            }
            if (Files.exists(socket)) {
                try {
                    return new RemoteController(socket, live, line -> {}, limits.answerMsMax());
                } catch (ConnectException notYet) {
                    // Between bind and listen a connection is refused.
                } catch (ProtocolException e) {
                    throw new IOException(gone(e));
                }
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(
                        "the driver never connected: nothing serves "
                                + guestName()
                                + " after "
                                + limits.startNsMax() / 1_000_000_000
                                + " s");
            }
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /** What the user calls the socket that the driver serves. */
    abstract String guestName();

    @Override
    public final PeerLimits limits() {
        return limits;
    }

    @Override
    public final void settle() {
        if (peer != null) {
            peer.settle();
        }
    }

    @Override
    public final String ended() {
        if (ending.isEmpty()) {
            ending = look();
        }
        return ending;
    }

    @Override
    public final String misdeed() {
        return peer == null ? "" : peer.wrong();
    }

    private String look() {
        String end = processEnded();
        if (!end.isEmpty() || remote == null) {
            return end;
        }
        if (remote.departure().isPresent()) {
            return gone(remote.departure().get());
        }
        if (device == null || !device.deserted()) {
            return "";
        }
        String now = processNow(ProtocolException.Kind.LEFT);
        end = processEnded();
        return end.isEmpty() ? "the driver let go of its controller" + now : end;
    }

    private String gone(ProtocolException why) {
        String now = processNow(why.kind());
        String end = processEnded();
        if (!end.isEmpty()) {
            return end;
        }
        String seconds = limits.answerMsMax() / 1000.0 + " s";
        return switch (why.kind()) {
                    case SILENT -> "the driver stopped answering: no reply within " + seconds;
                    case LEFT -> "the driver hung up on its guest";
                    case REFUSED -> "the driver refused an access: " + why.getMessage();
                    case BROKE -> "the driver broke the vfio-user protocol: " + why.getMessage();
                }
                + now;
    }

    @Override
    public void close() {
        if (remote != null) {
            remote.close();
        }
        endProcess();
        if (device != null) {
            device.close();
        }
    }

    /** Ends what {@link #start} began. */
    abstract void endProcess();
}
