package io.nvmetap.boot;

import io.nvmetap.boot.GuidPartitionTable.Partition;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.Rig;
import io.nvmetap.rig.RigRun;
import io.nvmetap.rig.RigTool;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes raw disk images for guests and looks into them afterwards, with the rig's tools. Images are
 * sparse: a size is not what they take.
 */
public final class GuestDisk {
    /** Smallest image or ext4 partition. */
    public static final long BYTES_MIN = 16L << 20;

    /** Largest image. */
    public static final long BYTES_MAX = 1L << 40;

    /** Where an ext4 without partition table begins. */
    public static final long WHOLE_DISK = 0;

    private static final long ALIGNMENT = 1L << 20;

    /** FAT32 wants 65,525 clusters, of one sector here. */
    private static final long ESP_BYTES_MIN = 40L << 20;

    private static final long ESP_BYTES_SPARE = 4L << 20;
    private static final int CLEAN = 0;
    private static final int ERRORS_LEFT = 4;

    private final Rig rig;

    /**
     * @param rig whose tools to use
     */
    public GuestDisk(Rig rig) {
        this.rig = rig;
    }

    /**
     * Makes an image that is one ext4 file system, without partitions.
     *
     * @param image file to make or replace
     * @param bytes its size, from {@link #BYTES_MIN} to {@link #BYTES_MAX}
     */
    public void ext4(Path image, long bytes) throws IOException {
        sparse(image, bytes);
        makeExt4(image, WHOLE_DISK, bytes);
    }

    /**
     * Makes an image UEFI firmware boots: an EFI system partition with systemd-boot, which starts
     * {@code kernel} at once, and one ext4 partition.
     *
     * @param image file to make or replace
     * @param bytes its size
     * @param kernel a kernel that is an EFI program too
     * @param initrd its first file system
     * @param append its command line
     * @return byte at which the ext4 partition begins
     */
    public long efiSystem(Path image, long bytes, Path kernel, Path initrd, String append)
            throws IOException {
        long content = Files.size(kernel) + Files.size(initrd) + Files.size(rig.systemdBoot());
        long espEnd =
                ALIGNMENT + alignUp(Math.max(ESP_BYTES_MIN, content + ESP_BYTES_SPARE), ALIGNMENT);
        long ext4End = (GuidPartitionTable.lastUsable(bytes) + 1) * GuidPartitionTable.BLOCK_BYTES;
        ext4End -= ext4End % ALIGNMENT;
        if (ext4End - espEnd < BYTES_MIN) {
            throw CliFailure.usage(
                    String.format(
                            "a disk of %,d bytes is too small for this kernel; give it %,d",
                            bytes, espEnd + BYTES_MIN + 2 * ALIGNMENT));
        }
        sparse(image, bytes);
        try (FileChannel disk = FileChannel.open(image, StandardOpenOption.WRITE)) {
            GuidPartitionTable.write(
                    disk,
                    List.of(
                            partition(GuidPartitionTable.EFI_SYSTEM, "efi", ALIGNMENT, espEnd),
                            partition(GuidPartitionTable.LINUX_DATA, "data", espEnd, ext4End)));
        }
        makeFat(image, espEnd);
        copyLoader(image, kernel, initrd, append);
        makeExt4(image, espEnd, ext4End - espEnd);
        return espEnd;
    }

    private static Partition partition(java.util.UUID type, String name, long from, long to) {
        return new Partition(
                type,
                name,
                from / GuidPartitionTable.BLOCK_BYTES,
                to / GuidPartitionTable.BLOCK_BYTES - 1);
    }

    private static long alignUp(long value, long to) {
        return (value + to - 1) / to * to;
    }

    private static void sparse(Path image, long bytes) throws IOException {
        if (bytes < BYTES_MIN || bytes > BYTES_MAX || bytes % ALIGNMENT != 0) {
            throw CliFailure.usage(
                    String.format(
                            "disk of %,d bytes: take a whole number of MiB from %,d to %,d",
                            bytes, BYTES_MIN, BYTES_MAX));
        }
        Files.deleteIfExists(image);
        try (FileChannel disk =
                FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            disk.write(java.nio.ByteBuffer.allocate(1), bytes - 1);
        }
    }

    private void makeExt4(Path image, long offset, long bytes) throws IOException {
        must(
                RigTool.MKE2FS,
                "-q",
                "-F",
                "-t",
                "ext4",
                "-E",
                "offset=" + offset + ",lazy_itable_init=0,lazy_journal_init=0,nodiscard",
                image.toString(),
                bytes / 1024 + "k");
    }

    private void makeFat(Path image, long end) throws IOException {
        must(
                RigTool.MKFS_FAT,
                "-F",
                "32",
                "-s",
                "1",
                "-n",
                "NVMETAP",
                "--offset=" + ALIGNMENT / GuidPartitionTable.BLOCK_BYTES,
                image.toString(),
                Long.toString((end - ALIGNMENT) / 1024));
    }

    private void copyLoader(Path image, Path kernel, Path initrd, String append)
            throws IOException {
        String fat = image + "@@" + ALIGNMENT;
        must(RigTool.MMD, "-i", fat, "::/EFI", "::/EFI/BOOT", "::/loader", "::/loader/entries");
        copy(fat, rig.systemdBoot(), "/EFI/BOOT/BOOTX64.EFI");
        copy(fat, kernel, "/linux.efi");
        copy(fat, initrd, "/initrd");
        copyText(fat, "timeout 0\ndefault linux.conf\n", "/loader/loader.conf");
        copyText(
                fat,
                "title Linux\nlinux /linux.efi\ninitrd /initrd\noptions " + append + "\n",
                "/loader/entries/linux.conf");
    }

    private void copy(String fat, Path file, String to) throws IOException {
        must(RigTool.MCOPY, "-i", fat, file.toString(), "::" + to);
    }

    private void copyText(String fat, String text, String to) throws IOException {
        Path file = Files.createTempFile("nvmetap-disk", ".txt");
        try {
            Files.writeString(file, text);
            copy(fat, file, to);
        } finally {
            Files.delete(file);
        }
    }

    private RigRun must(RigTool tool, String... arguments) throws IOException {
        RigRun run = rig.run(tool, arguments);
        if (run.status() != 0) {
            throw failed(run);
        }
        return run;
    }

    private static CliFailure failed(RigRun run) {
        return CliFailure.environment(
                run.tool().program()
                        + " ended with status "
                        + run.status()
                        + ": "
                        + run.complaint()
                        + "; is there room on the disk?");
    }

    /**
     * Checks an ext4 without changing it.
     *
     * @param image an image no machine uses now
     * @param offset byte at which it begins: {@link #WHOLE_DISK}, or what {@link #efiSystem} said
     * @return it is whole and was unmounted cleanly
     * @throws CliFailure if there is no ext4
     */
    public boolean fsck(Path image, long offset) throws IOException {
        RigRun run = rig.run(RigTool.E2FSCK, "-f", "-n", at(image, offset));
        if (run.status() != CLEAN && run.status() != ERRORS_LEFT) {
            throw CliFailure.environment(
                    image + ": not an ext4 that can be checked: " + run.complaint());
        }
        return run.status() == CLEAN;
    }

    /**
     * Reads a file out of an ext4 that no machine uses now.
     *
     * @param offset as for {@link #fsck}
     * @param inside absolute path of the file in it: letters, digits, {@code _ . / -}
     * @return its content, at most {@link Rig#OUTPUT_BYTES_MAX}
     * @throws CliFailure if there is no such file
     */
    public byte[] read(Path image, long offset, String inside) throws IOException {
        if (!inside.matches("/[\\w./-]*")) {
            throw CliFailure.usage(inside + ": not a path that can be read from a disk image");
        }
        RigRun run = rig.run(RigTool.DEBUGFS, "-R", "cat " + inside, at(image, offset));
        List<String> complaints = new ArrayList<>();
        for (String line : run.complaint().split("; ")) {
            // It greets on standard error, and its status is 0 even if there is no such file.
            if (!line.matches("debugfs [0-9.]+ \\(.*\\)")) {
                complaints.add(line);
            }
        }
        if (run.status() != 0 || !complaints.isEmpty()) {
            throw CliFailure.environment(
                    image + ": cannot read " + inside + ": " + String.join("; ", complaints));
        }
        return run.output();
    }

    private static String at(Path image, long offset) {
        return offset == WHOLE_DISK ? image.toString() : image + "?offset=" + offset;
    }
}
