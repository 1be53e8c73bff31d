package io.nvmetap.nvme;

/**
 * A vendor catalog cannot be used; the message is one line: source, line number, what to change.
 */
public final class VendorCatalogException extends Exception {
    private static final long serialVersionUID = 1L;

    VendorCatalogException(String message) {
        super(message);
    }

    VendorCatalogException(String message, Throwable cause) {
        super(message, cause);
    }
}
