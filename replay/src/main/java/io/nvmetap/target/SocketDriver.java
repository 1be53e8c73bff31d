package io.nvmetap.target;

import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.device.vfiouser.ProtocolException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * {@code vfio-user:SOCK}: whatever serves there, started by somebody else. It has a controller of
 * its own, or finds the one we serve.
 */
public final class SocketDriver extends PeerDriver {
    private final Path socket;
    private final Path serve;
    private final PciIdentity identity;

    /** A driver with a controller of its own. */
    public SocketDriver(Path socket, PeerLimits limits) {
        this(socket, null, null, limits);
    }

    /**
     * A driver that finds its controller on {@code serve}; it may start after us.
     *
     * @param identity what that controller says it is
     */
    public SocketDriver(Path socket, Path serve, PciIdentity identity, PeerLimits limits) {
        super(limits);
        this.socket = socket;
        this.serve = serve;
        this.identity = identity;
    }

    @Override
    public String name() {
        return "vfio-user:" + socket;
    }

    @Override
    void serve(Controller controller, LiveTimeline live) throws IOException {
        if (serve != null) {
            serve(serve, identity, controller, live);
        }
    }

    @Override
    Path guestSocket() {
        return socket;
    }

    @Override
    String guestName() {
        return socket.toString();
    }

    @Override
    void start() {
        // Somebody else did, or will.
    }

    @Override
    String processEnded() {
        return "";
    }

    @Override
    String processNow(ProtocolException.Kind kind) {
        return "";
    }

    @Override
    void endProcess() {
        // Not ours to end.
    }
}
