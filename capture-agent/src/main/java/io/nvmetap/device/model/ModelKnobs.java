package io.nvmetap.device.model;

/**
 * The numbers behind quirks and faults.
 *
 * @param unackedCqeMax unacknowledged completions that arm {@link Quirk#UNACKED_CQE_STALL}, 1 up
 * @param unackedAgeNs how long that many may wait
 * @param bufferReuseWindowNs how long after its command a buffer counts as used; 0: only in flight
 * @param doorbellPairWindowNs two doorbells of a pair this close race
 * @param maskWriteDelayNs how long a posted MSI-X table write is under way
 * @param tagMax highest command identifier under {@link Quirk#SHARED_TAGS}
 * @param faultEvery how often a fault that picks its victims strikes: one of so many (from the seed
 *     which one); 1 strikes always
 * @param duplicateDelayNsMax how late a duplicate completion may be
 */
public record ModelKnobs(
        int unackedCqeMax,
        long unackedAgeNs,
        long bufferReuseWindowNs,
        long doorbellPairWindowNs,
        long maskWriteDelayNs,
        int tagMax,
        int faultEvery,
        long duplicateDelayNsMax) {
    /** What the catalog of quirks starts from. */
    public static final ModelKnobs DEFAULT =
            new ModelKnobs(4, 2_000_000, 1_000_000, 200, 5_000, 253, 16, 100_000_000);

    public ModelKnobs {
        if (unackedCqeMax < 1 || faultEvery < 1 || tagMax < 0) {
            throw new IllegalArgumentException(
                    "unackedCqeMax, faultEvery and tagMax must be positive");
        }
    }

    /** The same with another rate of faults. */
    public ModelKnobs withFaultEvery(int every) {
        return new ModelKnobs(
                unackedCqeMax,
                unackedAgeNs,
                bufferReuseWindowNs,
                doorbellPairWindowNs,
                maskWriteDelayNs,
                tagMax,
                every,
                duplicateDelayNsMax);
    }

    /** The same with another limit on unacknowledged completions. */
    public ModelKnobs withUnacked(int entries, long ageNs) {
        return new ModelKnobs(
                entries,
                ageNs,
                bufferReuseWindowNs,
                doorbellPairWindowNs,
                maskWriteDelayNs,
                tagMax,
                faultEvery,
                duplicateDelayNsMax);
    }

    /** The same with another window for the reuse of a buffer. */
    public ModelKnobs withBufferReuseWindow(long windowNs) {
        return new ModelKnobs(
                unackedCqeMax,
                unackedAgeNs,
                windowNs,
                doorbellPairWindowNs,
                maskWriteDelayNs,
                tagMax,
                faultEvery,
                duplicateDelayNsMax);
    }
}
