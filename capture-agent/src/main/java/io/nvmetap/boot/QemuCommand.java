package io.nvmetap.boot;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Options of one QEMU machine: q35, emulated, memory that another process can map, a serial
 * console, and no device but those asked for. SeaBIOS is its firmware if none is named.
 */
public final class QemuCommand {
    /** Least memory of a machine, MiB. */
    public static final int MEMORY_MIB_MIN = 64;

    /** Most memory of a machine, MiB. */
    public static final int MEMORY_MIB_MAX = 65_536;

    /** Most processors of a machine. */
    public static final int CPUS_MAX = 64;

    /** Largest image {@code -bios} is given; larger ones are flash images. */
    static final long BIOS_BYTES_MAX = 256 << 10;

    private static final long FLASH_BYTES_MAX = 64 << 20;

    private final Rig rig;
    private final List<String> devices = new ArrayList<>();
    private final List<String> direct = new ArrayList<>();
    private int memoryMiB = 512;
    private int cpus = 2;
    private boolean ovmf;
    private Path firmware;

    /** Devices in the boot order so far; QEMU gives index 0 to a kernel that it loads itself. */
    private int bootable;

    /**
     * @param rig whose QEMU and firmware to use
     */
    public QemuCommand(Rig rig) {
        this.rig = rig;
    }

    /** Memory in MiB, from {@link #MEMORY_MIB_MIN} to {@link #MEMORY_MIB_MAX}; 512 if not said. */
    public QemuCommand memoryMiB(int mib) {
        if (mib < MEMORY_MIB_MIN || mib > MEMORY_MIB_MAX) {
            throw CliFailure.usage(
                    "memory of " + mib + " MiB: take " + MEMORY_MIB_MIN + " to " + MEMORY_MIB_MAX);
        }
        memoryMiB = mib;
        return this;
    }

    /** Processors, from 1 to {@link #CPUS_MAX}; 2 if not said. */
    public QemuCommand cpus(int count) {
        if (count < 1 || count > CPUS_MAX) {
            throw CliFailure.usage(count + " processors: take 1 to " + CPUS_MAX);
        }
        cpus = count;
        return this;
    }

    /** OVMF as firmware, with empty variables. */
    public QemuCommand ovmf() {
        ovmf = true;
        firmware = null;
        return this;
    }

    /** SeaBIOS as firmware. */
    public QemuCommand seabios() {
        ovmf = false;
        firmware = null;
        return this;
    }

    /**
     * An image of one's own as firmware: a BIOS if it has at most 256 KiB, else a flash image with
     * code and variables in one, of which the machine gets a copy.
     */
    public QemuCommand firmware(Path image) throws IOException {
        if (Files.size(image) > FLASH_BYTES_MAX) {
            throw CliFailure.usage(image + ": too large for firmware; name a flash image");
        }
        ovmf = false;
        firmware = image;
        return this;
    }

    /** Starts {@code kernel} without a boot loader and without a first file system. */
    public QemuCommand kernel(Path kernel, String append) {
        direct.clear();
        direct.addAll(List.of("-kernel", kernel.toString(), "-append", append));
        return this;
    }

    /** Starts {@code kernel} without a boot loader. */
    public QemuCommand kernel(Path kernel, Path initrd, String append) {
        kernel(kernel, append);
        direct.addAll(List.of("-initrd", initrd.toString()));
        return this;
    }

    /**
     * A PCI device served by another process over vfio-user, in the boot order as they are named.
     *
     * @param socket UNIX socket the server listens at
     */
    public QemuCommand vfioUser(Path socket) {
        String path = socket.toString().replace("\\", "\\\\").replace("\"", "\\\"");
        bootable++;
        return device(
                "{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\""
                        + path
                        + "\"},\"bootindex\":"
                        + bootable
                        + "}");
    }

    /** QEMU's own NVMe controller with a raw image, in the boot order as they are named. */
    public QemuCommand nvmeDisk(Path image) {
        bootable++;
        String id = "disk" + bootable;
        devices.addAll(List.of("-drive", "if=none,format=raw,id=" + id + ",file=" + quote(image)));
        return device("nvme,serial=nvmetap-" + id + ",drive=" + id + ",bootindex=" + bootable);
    }

    /** Any device, in QEMU's own syntax. */
    public QemuCommand device(String device) {
        return arguments("-device", device);
    }

    /** Any other options of QEMU. */
    public QemuCommand arguments(String... more) {
        devices.addAll(List.of(more));
        return this;
    }

    /**
     * @param folder where the copies of flash images go
     * @return the whole command
     */
    List<String> in(Path folder) throws IOException {
        List<String> c = new ArrayList<>(rig.qemu());
        // -nodefaults: no disk, no network card, no display but what is named here.
        c.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none"));
        c.addAll(List.of("-accel", "tcg", "-machine", "q35,memory-backend=ram,graphics=off"));
        String ram = "memory-backend-memfd,id=ram,share=on,size=" + memoryMiB + "M";
        c.addAll(List.of("-object", ram, "-m", Integer.toString(memoryMiB)));
        // RDRAND: without it Linux needs seconds before it has random numbers.
        c.addAll(List.of("-cpu", "qemu64,+rdrand,+rdseed"));
        c.addAll(List.of("-smp", Integer.toString(cpus)));
        // signal=off: Ctrl-C is a keystroke for the guest, not for QEMU.
        c.addAll(List.of("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"));
        c.addAll(List.of("-monitor", "none", "-run-with", "exit-with-parent=on"));
        c.addAll(firmwareOptions(folder));
        c.addAll(direct);
        c.addAll(devices);
        return c;
    }

    Map<String, String> environment() {
        return rig.environment();
    }

    private List<String> firmwareOptions(Path folder) throws IOException {
        if (ovmf) {
            Path variables = copy(rig.ovmfVars(), folder.resolve("ovmf-vars.fd"));
            return List.of(
                    "-drive",
                    "if=pflash,format=raw,readonly=on,file=" + quote(rig.ovmfCode()),
                    "-drive",
                    "if=pflash,format=raw,file=" + quote(variables));
        }
        Path image = firmware == null ? rig.seabios() : firmware;
        if (Files.size(image) <= BIOS_BYTES_MAX) {
            return List.of("-bios", image.toString());
        }
        Path flash = copy(image, folder.resolve("firmware.fd"));
        return List.of("-drive", "if=pflash,format=raw,file=" + quote(flash));
    }

    private static Path copy(Path from, Path to) throws IOException {
        return Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** In QEMU's option lists a comma is written twice. */
    private static String quote(Path file) {
        return file.toString().replace(",", ",,");
    }
}
