package io.nvmetap.mediator;

/** Told how a command of the mediator's own ended, once. */
@FunctionalInterface
public interface OwnCompletion {
    /** Status of a command that got no answer in time, or whose queue went away. */
    int NO_ANSWER = -1;

    /** One that does not care. */
    OwnCompletion NONE = (status, dw0, data, dataBytes) -> {};

    /**
     * @param status 15 bits of the completion, or {@link #NO_ANSWER}
     * @param dw0 dword 0 of the completion
     * @param data the buffer, valid during the call
     * @param dataBytes bytes of it that belong to the command
     */
    void done(int status, int dw0, byte[] data, int dataBytes);
}
