package io.nvmetap.guest;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The guests there are. */
public enum GuestKind {
    /** UEFI firmware: two-entry queues, polling, one command at a time. */
    EDK2("edk2"),
    /** Legacy BIOS: one 256-entry pair, polling. */
    SEABIOS("seabios"),
    /** Boot loader: asks for queues first, two-entry queues, polling. */
    UBOOT("uboot"),
    /** A Mac: firmware that polls and reconnects, then an operating system; one pair, MSI. */
    APPLE("apple"),
    /** Operating system: a queue pair a CPU, MSI-X, depth. */
    LINUX("linux"),
    /**
     * Operating system: a queue pair a CPU, MSI-X, depth; a watchdog that resets and asks nobody.
     */
    WINDOWS("windows");

    private final String id;

    GuestKind(String id) {
        this.id = id;
    }

    /** Its name on a command line. */
    public String id() {
        return id;
    }

    /**
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static GuestKind byId(String id) {
        return Arrays.stream(values())
                .filter(k -> k.id.equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "unknown guest '"
                                                + id
                                                + "'; known: "
                                                + Arrays.stream(values())
                                                        .map(GuestKind::id)
                                                        .collect(Collectors.joining(", "))));
    }
}
