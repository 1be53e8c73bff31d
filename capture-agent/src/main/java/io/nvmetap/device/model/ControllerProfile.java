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

    private static final int APPLE = 0x106B;
    private static final int VERSION_1_0 = 0x1_0000;
    private static final int VERSION_1_2 = 0x1_0200;
    private static final int VERSION_1_3 = 0x1_0300;
    private static final int VERSION_2_0 = 0x2_0000;
    private static final int CSS_NVM = 1;
    private static final int CSS_NVM_AND_ALL = 0x41;
    private static final int ADMIN = OACS_FORMAT | OACS_FIRMWARE;
    private static final int NVM = ONCS_COMPARE | ONCS_DATASET_MANAGEMENT | ONCS_WRITE_ZEROES;

    private static final List<ControllerProfile> KNOWN =
            List.of(generic(), toshiba(), samsung(), intel(), apple(), appleAns2());

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
        for (ControllerProfile profile : KNOWN) {
            if (profile.name.equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "no controller model '" + name + "'; there are " + String.join(", ", names()));
    }

    /** The names of the families. */
    public static List<String> names() {
        return KNOWN.stream().map(ControllerProfile::name).toList();
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

    /** The same family with other latencies. */
    public ControllerProfile withLatency(LatencyModel other) {
        return with(mdts, other, quirks, knobs);
    }

    /** The same family with other quirks. */
    public ControllerProfile withQuirks(Set<Quirk> other) {
        return with(mdts, latency, other, knobs);
    }

    /** The same family with other numbers. */
    public ControllerProfile withKnobs(ModelKnobs other) {
        return with(mdts, latency, quirks, other);
    }

    /** The same family with another limit on transfers. */
    public ControllerProfile withMdts(int other) {
        return with(other, latency, quirks, knobs);
    }

    /** CAP: queues contiguous, MPSMIN 0, MPSMAX 4 (64 KiB), NVM subsystem reset supported. */
    static long cap(int entries, int timeout500Ms, int dstrd, int css) {
        return entries - 1
                | 1L << 16
                | (long) timeout500Ms << 24
                | (long) dstrd << 32
                | 1L << 36
                | (long) css << 37
                | 4L << 52;
    }

    private ControllerProfile with(
            int mdts2, LatencyModel latency2, Set<Quirk> quirks2, ModelKnobs knobs2) {
        return new ControllerProfile(
                name,
                vendorId,
                deviceId,
                vs,
                cap,
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

    private static ControllerProfile generic() {
        return new ControllerProfile(
                "generic",
                0x1B36,
                0x0010,
                VERSION_2_0,
                cap(2048, 15, 0, CSS_NVM_AND_ALL),
                "nvmetap modelled controller",
                "NVMETAP0001",
                "1.0",
                7,
                64,
                65,
                true,
                NVM | ONCS_WRITE_UNCORRECTABLE | ONCS_TIMESTAMP,
                ADMIN | OACS_DOORBELL_BUFFER,
                true,
                LatencyModel.DRIVE,
                Set.of(),
                ModelKnobs.DEFAULT);
    }

    private static ControllerProfile toshiba() {
        return new ControllerProfile(
                "toshiba",
                0x1179,
                0x0115,
                VERSION_1_2,
                cap(16384, 40, 0, CSS_NVM),
                "TOSHIBA modelled",
                "TSB0001",
                "51025KLA",
                0,
                8,
                9,
                true,
                NVM,
                ADMIN,
                false,
                LatencyModel.DRIVE.withIo(45_000, 700, 30_000),
                Set.of(),
                ModelKnobs.DEFAULT);
    }

    private static ControllerProfile samsung() {
        return new ControllerProfile(
                "samsung",
                0x144D,
                0xA808,
                VERSION_1_3,
                cap(16384, 60, 0, CSS_NVM),
                "SAMSUNG modelled",
                "SMS0001",
                "EXA7301Q",
                9,
                32,
                33,
                true,
                NVM | ONCS_TIMESTAMP,
                ADMIN,
                false,
                LatencyModel.DRIVE.withIo(15_000, 300, 6_000),
                Set.of(Quirk.POSTED_MASK_WRITES),
                ModelKnobs.DEFAULT);
    }

    private static ControllerProfile intel() {
        return new ControllerProfile(
                "intel",
                0x8086,
                0xF1A5,
                VERSION_1_2,
                cap(4096, 120, 0, CSS_NVM),
                "INTEL modelled",
                "INT0001",
                "PSF121C",
                5,
                7,
                8,
                true,
                NVM,
                ADMIN,
                false,
                LatencyModel.DRIVE.withIo(60_000, 800, 40_000),
                Set.of(),
                ModelKnobs.DEFAULT);
    }

    private static ControllerProfile apple() {
        return new ControllerProfile(
                "apple",
                APPLE,
                0x2001,
                VERSION_1_0,
                cap(1024, 40, 0, CSS_NVM),
                "APPLE SSD modelled",
                "APL0001",
                "18.61.01",
                8,
                1,
                1,
                true,
                ONCS_DATASET_MANAGEMENT,
                ADMIN,
                false,
                LatencyModel.DRIVE,
                Set.of(Quirk.UNACKED_CQE_STALL, Quirk.BUFFER_REUSE_STALL),
                ModelKnobs.DEFAULT.withBufferReuseWindow(0));
    }

    private static ControllerProfile appleAns2() {
        return new ControllerProfile(
                "apple-ans2",
                APPLE,
                0x2005,
                VERSION_1_2,
                cap(1024, 40, 0, CSS_NVM),
                "APPLE SSD ANS2 modelled",
                "APL0002",
                "16.14.01",
                8,
                1,
                1,
                true,
                ONCS_DATASET_MANAGEMENT,
                ADMIN,
                false,
                LatencyModel.DRIVE,
                Set.of(
                        Quirk.UNACKED_CQE_STALL,
                        Quirk.BUFFER_REUSE_STALL,
                        Quirk.SHARED_TAGS,
                        Quirk.SQE_128),
                ModelKnobs.DEFAULT.withBufferReuseWindow(0));
    }

    private static Set<Quirk> copy(Set<Quirk> quirks) {
        EnumSet<Quirk> copy = EnumSet.noneOf(Quirk.class);
        copy.addAll(quirks);
        return copy;
    }
}
