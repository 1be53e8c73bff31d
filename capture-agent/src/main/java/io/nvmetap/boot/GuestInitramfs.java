package io.nvmetap.boot;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.Rig;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * The small system the rig's kernel starts: busybox and one script, which does the {@link
 * GuestWorkload} named on the kernel command line and powers off. Its lines begin with {@code
 * NVMETAP}; the last one is {@code NVMETAP DONE} or {@code NVMETAP FAILED reason}.
 */
public final class GuestInitramfs {
    /** Without these in the kernel itself the guest would need modules, and it has none. */
    private static final List<String> BUILT_IN = List.of("/nvme.ko", "/nvme-core.ko", "/ext4.ko");

    private GuestInitramfs() {}

    /**
     * Writes it, compressed; equal rigs give equal bytes.
     *
     * @param rig kernel and busybox
     * @param file file to write or replace
     * @throws CliFailure if the kernel has not what the guest needs
     */
    public static void write(Rig rig, Path file) throws IOException {
        requireBuiltIn(rig);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            write(Files.readAllBytes(rig.busybox()), script(), out);
        }
    }

    static void write(byte[] busybox, byte[] script, OutputStream out) throws IOException {
        try (CpioWriter cpio = new CpioWriter(new GZIPOutputStream(out))) {
            for (String folder : List.of("bin", "dev", "proc", "sys", "tmp", "mnt")) {
                cpio.directory(folder);
            }
            // The kernel opens it for the script before devtmpfs is there.
            cpio.characterDevice("dev/console", 5, 1);
            cpio.file("bin/busybox", 0755, busybox);
            cpio.file("init", 0755, script);
        }
    }

    static byte[] script() throws IOException {
        try (InputStream in = GuestInitramfs.class.getResourceAsStream("guest-init.sh")) {
            return in.readAllBytes();
        }
    }

    private static void requireBuiltIn(Rig rig) throws IOException {
        String list = Files.readString(rig.modules().resolve("modules.builtin"));
        for (String driver : BUILT_IN) {
            if (!list.contains(driver)) {
                throw CliFailure.environment(
                        "kernel "
                                + rig.kernelVersion()
                                + " has "
                                + driver.substring(1)
                                + " not built in, which the guest needs; name a kernel and an"
                                + " initrd of your own");
            }
        }
    }
}
