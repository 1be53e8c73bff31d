package io.nvmetap.device.vfiouser;

import java.io.IOException;

/** The peer sent what no vfio-user peer may send; the connection cannot go on. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * @param message one line: what came and what would have been right
     */
    public ProtocolException(String message) {
        super(message);
    }
}
