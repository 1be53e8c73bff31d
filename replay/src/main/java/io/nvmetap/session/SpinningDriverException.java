package io.nvmetap.session;

/** Thrown into a driver that touches memory or registers without end, to get control back. */
final class SpinningDriverException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SpinningDriverException(long accesses) {
        super(
                "made " + accesses + " memory and register accesses without returning",
                null,
                false,
                false);
    }
}
