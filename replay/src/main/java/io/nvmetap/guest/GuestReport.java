package io.nvmetap.guest;

/**
 * How a guest fared.
 *
 * @param finished it did all it wanted to do
 * @param commands completions it took
 * @param verifiedBlocks blocks read back and found as written
 * @param wrongBlocks blocks read back and found otherwise
 * @param errors completions with a status it did not expect
 * @param timeouts commands it gave up waiting for
 * @param rescued of these, found completed when it looked without an interrupt
 * @param resets times it reset the controller because of them
 * @param story why it did not finish; "" if it did
 */
public record GuestReport(
        boolean finished,
        long commands,
        long verifiedBlocks,
        long wrongBlocks,
        long errors,
        long timeouts,
        long rescued,
        long resets,
        String story) {
    /** Finished, and every block was right. */
    public boolean healthy() {
        return finished && wrongBlocks == 0 && errors == 0;
    }
}
