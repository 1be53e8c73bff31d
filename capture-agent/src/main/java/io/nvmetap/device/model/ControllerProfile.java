package io.nvmetap.device.model;

import io.nvmetap.nvme.Registers;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What a controller model claims and how it behaves. The named ones ({@link #byName}) are families
 * as mediation drivers met them; a user's own is made with the constructor or the {@code with}
 * methods.
 *
 * @param name short name
 * @param vendorId PCI vendor id
 * @param deviceId PCI device id
 * @param vs VS property (NVMe Base 2.0c 3.1.3.2)
 * @param cap CAP property (3.1.3.1)
 * @param model model number, at most 40 ASCII characters
 * @param serial serial number, at most 20
 * @param firmware firmware revision, at most 8
 * @param mdts maximum data transfer size as Identify gives it: 2^n pages of CAP.MPSMIN, 0 no limit
 * @param ioQueuePairsMax I/O queue pairs, 1..65535
 * @param vectors MSI-X vectors, 1..2048
 * @param volatileWriteCache whether Identify reports one
 * @param oncs optional NVM commands supported (Identify Controller bytes 521:520)
 * @param oacs optional admin commands supported (bytes 257:256); bit 8 Doorbell Buffer Config
 * @param sgl whether data may be described by one SGL data block
 * @param latency how long things take
 * @param quirks habits of the family
 * @param knobs numbers for quirks and faults
 */
public record ControllerProfile(
        String name,
        int vendorId,
        int deviceId,
        int vs,
        long cap,
        String model,
        String serial,
        String firmware,
        int mdts,
        int ioQueuePairsMax,
        int vectors,
        boolean volatileWriteCache,
        int oncs,
        int oacs,
        boolean sgl,
        LatencyModel latency,
        Set<Quirk> quirks,
        ModelKnobs knobs) {
    /** OACS bits (NVMe Base 2.0c 5.17.2.1). */
    public static final int OACS_FORMAT = 1 << 1;

    public static final int OACS_FIRMWARE = 1 << 2;
    public static final int OACS_DOORBELL_BUFFER = 1 << 8;

    /** ONCS bits (NVMe Base 2.0c 5.17.2.1). */
    public static final int ONCS_COMPARE = 1;

    public static final int ONCS_WRITE_UNCORRECTABLE = 1 << 1;
    public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
    public static final int ONCS_WRITE_ZEROES = 1 << 3;
    public static final int ONCS_TIMESTAMP = 1 << 6;

    static final int APPLE = 0x106B;

    public ControllerProfile {
        if (ioQueuePairsMax < 1 || ioQueuePairsMax > 65_535 || vectors < 1 || vectors > 2048) {
            throw new IllegalArgumentException("profile " + name + ": queue pairs or vectors");
        }
        if (mdts < 0 || mdts > 16) {
            throw new IllegalArgumentException("profile " + name + ": mdts " + mdts);
        }
        quirks = Collections.unmodifiableSet(copy(quirks));
    }

    /**
     * @param name one of {@link #names()}
     * @throws IllegalArgumentException if there is no such profile; the message lists those there
     *     are
     */
    public static ControllerProfile byName(String name) {
        for (ControllerProfile profile : FamilyProfiles.KNOWN) {
            if (profile.name.equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "no controller model '" + name + "'; there are " + String.join(", ", names()));
    }

    /** The names of the families. */
    public static List<String> names() {
        return FamilyProfiles.KNOWN.stream().map(ControllerProfile::name).toList();
    }

    /** Whether the family has a habit. */
    public boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    /** Bytes from one I/O submission entry to the next: 128 under {@link Quirk#SQE_128}, or 64. */
    public int sqeSize() {
        return has(Quirk.SQE_128) ? 128 : 64;
    }

    /** Whether Doorbell Buffer Config is served. */
    public boolean doorbellBuffer() {
        return (oacs & OACS_DOORBELL_BUFFER) != 0;
    }

    /** Whether it is one of Apple's, which answer opcode D8h on the admin queue. */
    public boolean apple() {
        return vendorId == APPLE;
    }

    /** The longest transfer in bytes, {@link Long#MAX_VALUE} without a limit. */
    public long transferBytesMax() {
        return mdts == 0 ? Long.MAX_VALUE : 4096L << Registers.capMpsmin(cap) + mdts;
    }

    /** The same family with queues of at most so many entries, 2 to 65536 (CAP.MQES). */
    public ControllerProfile withQueueEntries(int most) {
        return with(cap & ~0xFFFFL | most - 1, mdts, latency, quirks, knobs);
    }

    /** The same family with other latencies. */
    public ControllerProfile withLatency(LatencyModel other) {
        return with(cap, mdts, other, quirks, knobs);
    }

    /** The same family with other quirks. */
    public ControllerProfile withQuirks(Set<Quirk> other) {
        return with(cap, mdts, latency, other, knobs);
    }

    /** The same family with other numbers. */
    public ControllerProfile withKnobs(ModelKnobs other) {
        return with(cap, mdts, latency, quirks, other);
    }

    /** The same family with another limit on transfers. */
    public ControllerProfile withMdts(int other) {
        return with(cap, other, latency, quirks, knobs);
    }

    private ControllerProfile with(
            long cap2, int mdts2, LatencyModel latency2, Set<Quirk> quirks2, ModelKnobs knobs2) {
        return new ControllerProfile(
                name,
                vendorId,
                deviceId,
                vs,
                cap2,
                model,
                serial,
                firmware,
                mdts2,
                ioQueuePairsMax,
                vectors,
                volatileWriteCache,
                oncs,
                oacs,
                sgl,
                latency2,
                quirks2,
                knobs2);
    }

    private static Set<Quirk> copy(Set<Quirk> quirks) {
        EnumSet<Quirk> copy = EnumSet.noneOf(Quirk.class);
        copy.addAll(quirks);
        return copy;
    }
}
