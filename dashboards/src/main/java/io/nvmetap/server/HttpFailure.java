package io.nvmetap.server;

/** A request that is refused, with the status and one sentence that says what to do. */
final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    HttpFailure(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    static HttpFailure notFound(String what) {
        return new HttpFailure(404, what);
    }

    static HttpFailure bad(String what) {
        return new HttpFailure(400, what);
    }

    int status() {
        return status;
    }
}
