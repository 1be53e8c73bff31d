package io.nvmetap.mediator;

/** A command of the mediator's own, waiting or under way. */
final class OwnRequest {
    final byte[] sqe;
    final int dataBytes;
    final OwnCompletion done;
    final long deadlineNs;
    SqShadow sq;

    /** Given when it is queued: what is told of it before it goes out has a name. */
    long commandId;

    /** Data buffer and PRP list, while it has one. */
    OwnPages.Block buffer;

    /** The buffer is everybody's (a fault): not to be freed. */
    boolean sharedBuffer;

    boolean finished;

    OwnRequest(byte[] sqe, int dataBytes, OwnCompletion done, long deadlineNs) {
        this.sqe = sqe;
        this.dataBytes = dataBytes;
        this.done = done;
        this.deadlineNs = deadlineNs;
    }
}
