package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.vfiouser.RemoteController;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** {@code vfio-user:SOCK}: whatever serves there, with a controller of its own behind it. */
public final class SocketDriver implements ExternalDriver {
    private final Path socket;
    private RemoteController remote;
    private PeerController peer;
    private volatile String trouble = "";

    public SocketDriver(Path socket) {
        this.socket = socket;
    }

    @Override
    public String name() {
        return "vfio-user:" + socket;
    }

    @Override
    public Controller build(Controller controller, Timeline timeline, Tap tap) {
        try {
            remote = new RemoteController(socket, (LiveTimeline) timeline, this::said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        peer = new PeerController(remote);
        return peer;
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
        return remote != null && remote.isGone() ? "the driver does not answer: " + trouble : "";
    }

    @Override
    public void close() {
        if (remote != null) {
            remote.close();
        }
    }
}
