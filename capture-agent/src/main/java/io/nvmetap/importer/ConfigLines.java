package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;

/**
 * PCI configuration writes that are clear: those which the {@code msix_write_config} line after
 * them shows to be MSI-X Message Control (PCI Express Base, MSI-X capability: bit 15 enable, bit 14
 * function mask). QEMU does not log the width of a configuration write, so others are not told.
 */
final class ConfigLines {
    private static final int CONFIG_OFFSET_MAX = 0xFFF;

    private final EventStream stream;
    private boolean held;
    private long thread;
    private long offset;
    private long value;
    private long atNs;

    ConfigLines(EventStream stream) {
        this.stream = stream;
    }

    /** {@code pci_cfg_write nvme 00:02.0 @0x42 <- 0xc040}. */
    void write(LogLine l, long timeNs) {
        int at = l.args.indexOf('@');
        int arrow = l.args.indexOf(" <- 0x");
        held = l.args.startsWith("nvme ") && at > 0 && arrow > at;
        if (held) {
            offset = hex(l.args.substring(at + 1, arrow));
            value = hex(l.args.substring(arrow + 4));
            held = offset >= 0 && offset <= CONFIG_OFFSET_MAX && value >= 0;
            thread = l.thread;
            atNs = timeNs;
        }
    }

    /**
     * {@code msix_write_config dev nvme enabled 1 masked 0}.
     *
     * @return true if it and the write before it became an event
     */
    boolean messageControl(LogLine l) {
        boolean before = held && thread == l.thread && l.args.startsWith("dev nvme ");
        held = false;
        long state = l.need("enabled", 1) << 1 | l.need("masked", 1);
        int width = (offset & 3) == 2 ? 2 : 4;
        boolean control = (offset & 1) == 0 && value >>> 8 * width - 2 == state;
        if (l.bad || !before || !control) {
            return false;
        }
        CapturedEvent e = stream.scratch();
        e.asRegisterWritten(Side.DEVICE, RegisterSpace.PCI_CONFIG, offset, width, value);
        stream.putBeside(e, atNs, -1);
        return true;
    }

    /** Another line came between. */
    void forget() {
        held = false;
    }

    private static long hex(String text) {
        if (!text.startsWith("0x") || text.length() > 10) {
            return -1;
        }
        try {
            return Long.parseLong(text.substring(2), 16);
        } catch (NumberFormatException e) {
            return -1; // a damaged line tells nothing
        }
    }
}
