package io.nvmetap.device.vfiouser;

import io.nvmetap.device.LiveTimeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A server on a socket, with a controller that writes down what is done to it. */
final class ServerRig implements AutoCloseable {
    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final RecordingController controller = new RecordingController();
    final LiveTimeline timeline = new LiveTimeline(failure -> log.add("timeline: " + failure));
    final DeviceServer server;

    ServerRig(Path folder) throws IOException {
        server =
                new DeviceServer(
                        folder.resolve("s"), SessionRig.IDENTITY, controller, timeline, log::add);
    }

    Path path() {
        return server.path();
    }

    /** Whether a client can come, is answered and can go. */
    boolean servesAClient() throws IOException {
        try (RawPeer good = RawPeer.negotiated(path())) {
            return good.ask(VfioUser.COMMAND_REGION_READ, Bodies.access(0, 0x1C, 4)).body()[16]
                    == 0x1C;
        }
    }

    /** Whether the server let go of every client it had. */
    boolean isFree() {
        return Descriptors.eventually(() -> server.memory().size() == 0);
    }

    @Override
    public void close() {
        server.close();
        timeline.close();
    }
}
