package io.nvmetap.live;

import io.nvmetap.device.model.ControllerProfile;
import java.nio.file.Path;

/**
 * Which controller stands behind the driver: a modelled one by name, or one served over vfio-user.
 *
 * @param model name of a modelled controller, "" for a remote one
 * @param socket of a remote one, null for a modelled one
 */
public record ControllerSpec(String model, Path socket) {
    private static final String REMOTE = "vfio-user:";

    /**
     * Parses {@code MODEL} or {@code vfio-user:SOCK}.
     *
     * @throws IllegalArgumentException one line that says what there is
     */
    public static ControllerSpec parse(String text) {
        if (text.startsWith(REMOTE) && text.length() > REMOTE.length()) {
            return new ControllerSpec("", Path.of(text.substring(REMOTE.length())));
        }
        if (!ControllerProfile.names().contains(text)) {
            throw new IllegalArgumentException(
                    "no controller '"
                            + text
                            + "'; use vfio-user:SOCK or one of "
                            + String.join(", ", ControllerProfile.names()));
        }
        return new ControllerSpec(text, null);
    }

    /** Whether another process serves it. */
    public boolean remote() {
        return socket != null;
    }
}
