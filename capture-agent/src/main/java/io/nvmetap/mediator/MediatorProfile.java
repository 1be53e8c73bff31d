package io.nvmetap.mediator;

import java.util.List;

/**
 * How one family of controllers wants to be driven.
 *
 * @param name as {@code ControllerProfile} names it
 * @param ackAtOnce completions are acknowledged as soon as they are seen; if not, the guest's when
 *     the guest acknowledges
 * @param sharedTags one command identifier space for all queues
 * @param tagMax highest command identifier, 0..65534
 * @param ioSqeBytes bytes of an I/O submission entry whatever CC.IOSQES says; 0: as CC.IOSQES says
 * @param skipReadyWait CSTS is not polled after CC.EN was cleared
 * @param identifyCnsMax highest CNS the driver's own Identify commands use
 * @param readIntmsOnMsi INTMS is read at each MSI, without which it stops
 * @param mdtsMax cap of MDTS for this family, 0 none
 */
public record MediatorProfile(
        String name,
        boolean ackAtOnce,
        boolean sharedTags,
        int tagMax,
        int ioSqeBytes,
        boolean skipReadyWait,
        int identifyCnsMax,
        boolean readIntmsOnMsi,
        int mdtsMax) {
    private static final int CID_MAX = 0xFFFE;
    private static final int APPLE = 0x106B;
    private static final int CNS_ANY = 0xFF;

    /** No quirk. */
    public static final MediatorProfile GENERIC = plain("generic");

    /** 1179:0115 would be polled for ever after CC.EN=0. */
    public static final MediatorProfile TOSHIBA =
            new MediatorProfile("toshiba", false, false, CID_MAX, 0, true, CNS_ANY, false, 0);

    /** 144D:A808 posts MSI-X table writes; every profile flushes, so nothing more is needed. */
    public static final MediatorProfile SAMSUNG = plain("samsung");

    /** Transfers under 512 KiB on some; the controller's own MDTS says so. */
    public static final MediatorProfile INTEL = plain("intel");

    /** Stops when completions pile up unacknowledged; takes 1 MiB. */
    public static final MediatorProfile APPLE_NVME =
            new MediatorProfile("apple", true, false, CID_MAX, 0, false, CNS_ANY, false, 8);

    /** 106B:2005: one tag space 0..253 for all queues, 128-byte entries, INTMS read to live. */
    public static final MediatorProfile APPLE_ANS2 =
            new MediatorProfile("apple-ans2", true, true, 253, 128, false, 1, true, 8);

    private static final List<MediatorProfile> ALL =
            List.of(GENERIC, TOSHIBA, SAMSUNG, INTEL, APPLE_NVME, APPLE_ANS2);

    private static MediatorProfile plain(String name) {
        return new MediatorProfile(name, false, false, CID_MAX, 0, false, CNS_ANY, false, 0);
    }

    /** The profile for PCI ids; {@link #GENERIC} for those nobody had trouble with. */
    public static MediatorProfile forController(int vendorId, int deviceId) {
        return switch (vendorId) {
            case APPLE -> deviceId == 0x2005 ? APPLE_ANS2 : APPLE_NVME;
            case 0x1179 -> deviceId == 0x0115 ? TOSHIBA : GENERIC;
            case 0x144D -> SAMSUNG;
            case 0x8086 -> deviceId == 0x5845 ? GENERIC : INTEL;
            default -> GENERIC;
        };
    }

    /**
     * The profile of a family name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static MediatorProfile forController(String name) {
        for (MediatorProfile profile : ALL) {
            if (profile.name.equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "no mediator profile '" + name + "'; there are " + String.join(", ", names()));
    }

    /** The names of all profiles. */
    public static List<String> names() {
        return ALL.stream().map(MediatorProfile::name).toList();
    }
}
