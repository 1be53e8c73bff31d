package io.nvmetap.guest;

/** What a guest counts. */
final class GuestTally {
    long commands;
    long verifiedBlocks;
    long wrongBlocks;
    long errors;
    long timeouts;
    long rescued;
    long resets;

    GuestReport report(boolean finished, String story) {
        return new GuestReport(
                finished,
                commands,
                verifiedBlocks,
                wrongBlocks,
                errors,
                timeouts,
                rescued,
                resets,
                story);
    }
}
