package io.nvmetap.boot;

import java.util.Locale;
import java.util.regex.Pattern;

/** What the guest of {@link GuestInitramfs} does with its NVMe disk before it powers off. */
public enum GuestWorkload {
    /** Writes, reads back and compares files on ext4, keeps some, trims, unmounts. */
    CHECK,
    /** A number of 4 KiB direct reads, one at a time. */
    DEPTH1,
    /** A number of 4 KiB direct reads by 32 processes at once. */
    DEPTH32,
    /** First boot: leaves a mark on ext4 and reboots. Second boot: {@link #CHECK}. */
    REBOOT,
    /** Reads around a controller reset, a driver unbind and bind, a PCI remove and rescan. */
    REBIND;

    /** The guest's last line, good or bad, or the kernel's; group 1 says which. */
    public static final Pattern END =
            Pattern.compile("(NVMETAP DONE|NVMETAP FAILED.*|Kernel panic - not syncing.*)");

    /** Reads of a DEPTH workload when no number is given. */
    public static final int DEFAULT_OPERATIONS = 2048;

    /** Most reads of a DEPTH workload; the disk must hold them, 4 KiB each. */
    public static final int OPERATIONS_MAX = 1 << 24;

    /**
     * @return the kernel command line that makes the guest do this
     */
    public String append() {
        return append(DEFAULT_OPERATIONS);
    }

    /**
     * @param operations reads of a DEPTH workload, from 32 to {@link #OPERATIONS_MAX}
     * @return the kernel command line that makes the guest do this
     */
    public String append(int operations) {
        if (operations < 32 || operations > OPERATIONS_MAX) {
            throw new IllegalArgumentException("operations " + operations);
        }
        // Under emulation the mitigations cost much and protect nobody.
        return "console=ttyS0 mitigations=off loglevel=6 nvmetap.workload="
                + name().toLowerCase(Locale.ROOT)
                + " nvmetap.ops="
                + operations;
    }
}
