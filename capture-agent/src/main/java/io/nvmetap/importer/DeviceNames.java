package io.nvmetap.importer;

/**
 * The few lines of a QEMU log that do name a device: memory regions by address, PCI functions by
 * slot. Two of one kind are two controllers.
 */
final class DeviceNames {
    private long region = -1;
    private String function = "";
    private String several = "";

    /** A register access through the memory region at host address {@code mr}. */
    void memoryRegion(long mr, long line) {
        if (region != -1 && mr != region) {
            found(line, "registers of two NVMe devices are accessed");
        }
        region = region == -1 ? mr : region;
    }

    /**
     * A configuration access, {@code "nvme 00:02.0 @0x10 ..."}. The bus number is not compared:
     * behind a bridge it changes when buses are numbered.
     */
    void pciFunction(String args, long line) {
        int blank = args.indexOf(' ', 5);
        if (!args.startsWith("nvme ") || blank < 0) {
            return;
        }
        String slot = args.substring(args.indexOf(':') + 1, blank);
        if (!function.isEmpty() && !function.equals(slot)) {
            found(line, "NVMe devices are configured at slots " + function + " and " + slot);
        }
        function = function.isEmpty() ? slot : function;
    }

    /** A virtual function is accessed beside its physical function. */
    void virtualFunction(long line) {
        found(line, "registers of an offline virtual function are accessed");
    }

    private void found(long line, String what) {
        if (several.isEmpty()) {
            several = "line " + line + ": " + what;
        }
    }

    /**
     * @return "" or what shows that there are several controllers
     */
    String several() {
        return several;
    }
}
