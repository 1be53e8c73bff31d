package io.nvmetap.device.vfiouser;

import java.io.IOException;

/** The connection to a vfio-user peer cannot go on, and the peer is why. */
public final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /** What the peer did. */
    public enum Kind {
        /** It sent what no vfio-user peer may send. */
        BROKE,
        /** It did not answer in time. */
        SILENT,
        /** It closed the connection. */
        LEFT,
        /** It answered with an error. */
        REFUSED
    }

    private final Kind kind;

    /**
     * The peer sent what it may not.
     *
     * @param message one line: what came and what would have been right
     */
    public ProtocolException(String message) {
        this(Kind.BROKE, message);
    }

    /** See {@link #ProtocolException(String)}. */
    public ProtocolException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What the peer did. */
    public Kind kind() {
        return kind;
    }

    /** What an exception of a connection says of the peer: sockets fail when it is gone. */
    static Kind kind(IOException failure) {
        return failure instanceof ProtocolException known ? known.kind : Kind.LEFT;
    }
}
