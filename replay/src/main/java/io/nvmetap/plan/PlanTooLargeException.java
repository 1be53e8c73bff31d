package io.nvmetap.plan;

/** A recording whose plan would pass {@link PlanLimits}; the message says what to do. */
public final class PlanTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PlanTooLargeException(int max) {
        super(
                "the recording has over "
                        + max
                        + " guest actions, more than one replay holds;"
                        + " replay a part of it (nvmetap show --from --to finds the place)",
                null,
                false,
                false);
    }
}
