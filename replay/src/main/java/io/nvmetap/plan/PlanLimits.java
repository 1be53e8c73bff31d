package io.nvmetap.plan;

/**
 * Bounds of a plan, which lives in memory.
 *
 * @param stimuliMax things the guest does
 * @param pagesMax data pages whose recorded address is kept; beyond it fresh pages are used
 * @param payloadBytesMax captured payload kept
 */
public record PlanLimits(int stimuliMax, int pagesMax, long payloadBytesMax) {
    /** About a gigabyte of heap at worst. */
    public static final PlanLimits DEFAULT = new PlanLimits(3_000_000, 8_000_000, 256L << 20);
}
