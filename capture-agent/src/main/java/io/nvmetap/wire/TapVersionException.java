package io.nvmetap.wire;

/** The tap speaks a version of the wire format that is not known here. */
public final class TapVersionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TapVersionException(int version) {
        super(
                "the tap speaks version "
                        + version
                        + " of the wire format, this one "
                        + TapFrame.VERSION
                        + "; build the mediator with the nvmetap.h that came with it",
                null,
                false,
                false);
    }
}
