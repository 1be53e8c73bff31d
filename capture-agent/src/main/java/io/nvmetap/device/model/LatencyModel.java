package io.nvmetap.device.model;

/**
 * How long a controller takes.
 *
 * @param baseNs an I/O command without its data
 * @param perKibNs for each KiB of data
 * @param jitterNs up to so much more, from the seed
 * @param adminNs an admin command
 * @param enableNs CC.EN set to CSTS.RDY set
 * @param disableNs CC.EN cleared to CSTS.RDY cleared
 * @param shutdownNs CC.SHN to CSTS.SHST complete
 */
public record LatencyModel(
        long baseNs,
        long perKibNs,
        long jitterNs,
        long adminNs,
        long enableNs,
        long disableNs,
        long shutdownNs) {
    /** A plain NVMe drive. */
    public static final LatencyModel DRIVE =
            new LatencyModel(20_000, 400, 8_000, 30_000, 5_000_000, 200_000, 2_000_000);

    /** The same with other figures for I/O. */
    public LatencyModel withIo(long base, long perKib, long jitter) {
        return new LatencyModel(base, perKib, jitter, adminNs, enableNs, disableNs, shutdownNs);
    }
}
