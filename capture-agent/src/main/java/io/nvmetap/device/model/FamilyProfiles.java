package io.nvmetap.device.model;

import java.util.List;
import java.util.Set;

/** The named profiles. Limits are those mediation drivers met; latencies are of the right order. */
final class FamilyProfiles {
    private static final int VERSION_1_0 = 0x1_0000;
    private static final int VERSION_1_2 = 0x1_0200;
    private static final int VERSION_1_3 = 0x1_0300;
    private static final int VERSION_2_0 = 0x2_0000;
    private static final int CSS_NVM = 1;
    private static final int CSS_NVM_AND_ALL = 0x41;
    private static final int ADMIN =
            ControllerProfile.OACS_FORMAT | ControllerProfile.OACS_FIRMWARE;
    private static final int NVM =
            ControllerProfile.ONCS_COMPARE
                    | ControllerProfile.ONCS_DATASET_MANAGEMENT
                    | ControllerProfile.ONCS_WRITE_ZEROES;

    static final List<ControllerProfile> KNOWN =
            List.of(generic(), toshiba(), samsung(), intel(), apple(), appleAns2());

    private FamilyProfiles() {}

    /** CAP: queues contiguous, MPSMIN 0, MPSMAX 4 (64 KiB), NVM subsystem reset supported. */
    private static long cap(int entries, int timeout500Ms, int dstrd, int css) {
        return entries - 1
                | 1L << 16
                | (long) timeout500Ms << 24
                | (long) dstrd << 32
                | 1L << 36
                | (long) css << 37
                | 4L << 52;
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
                NVM | ControllerProfile.ONCS_WRITE_UNCORRECTABLE | ControllerProfile.ONCS_TIMESTAMP,
                ADMIN | ControllerProfile.OACS_DOORBELL_BUFFER,
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
                NVM | ControllerProfile.ONCS_TIMESTAMP,
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
                ControllerProfile.APPLE,
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
                ControllerProfile.ONCS_DATASET_MANAGEMENT,
                ADMIN,
                false,
                LatencyModel.DRIVE,
                Set.of(Quirk.UNACKED_CQE_STALL, Quirk.BUFFER_REUSE_STALL),
                ModelKnobs.DEFAULT.withBufferReuseWindow(0));
    }

    /** Queues of 129 entries, so that Linux's own identifiers stay below the limit of 254. */
    private static ControllerProfile appleAns2() {
        return new ControllerProfile(
                "apple-ans2",
                ControllerProfile.APPLE,
                0x2005,
                VERSION_1_2,
                cap(129, 40, 0, CSS_NVM),
                "APPLE SSD ANS2 modelled",
                "APL0002",
                "16.14.01",
                8,
                1,
                1,
                true,
                ControllerProfile.ONCS_DATASET_MANAGEMENT,
                ADMIN,
                false,
                LatencyModel.DRIVE,
                Set.of(
                        Quirk.UNACKED_CQE_STALL,
                        Quirk.BUFFER_REUSE_STALL,
                        Quirk.SHARED_TAGS,
                        Quirk.INTMS_KEEPALIVE,
                        Quirk.SQE_128),
                ModelKnobs.DEFAULT.withBufferReuseWindow(0));
    }
}
