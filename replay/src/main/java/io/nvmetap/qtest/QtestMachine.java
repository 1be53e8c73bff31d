package io.nvmetap.qtest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;

/**
 * A PC of QEMU's whose processors stand still: memory, input and output ports, PCI configuration of
 * bus 0 (PCI Local Bus 3.0, 3.2.2.3.2, configuration mechanism 1).
 */
public final class QtestMachine implements AutoCloseable {
    /** Bytes one request moves. */
    static final int CHUNK_BYTES = 64 << 10;

    /** RAM that lies below the memory hole of a PC, where all devices reach it. */
    static final long LOW_BYTES_MAX = 2L << 30;

    private static final int CONFIG_ADDRESS = 0xCF8;
    private static final int CONFIG_DATA = 0xCFC;
    private static final int FW_CFG_SELECT = 0x510;
    private static final int FW_CFG_DATA = 0x511;
    private static final int FW_CFG_SIGNATURE = 0;
    private static final int FW_CFG_RAM_BYTES = 3;
    private static final String SIGNATURE = "QEMU";

    private final QtestChannel channel;
    private final long ramBytes;

    /**
     * Connects and looks whether a PC is there.
     *
     * @throws IOException if nobody serves qtest there, or for another machine
     */
    public QtestMachine(Path socket) throws IOException {
        this(socket, QtestChannel.ANSWER_NS_MAX);
    }

    QtestMachine(Path socket, long answerNsMax) throws IOException {
        channel = new QtestChannel(socket, answerNsMax);
        try {
            ramBytes = ram();
        } catch (IOException e) {
            channel.close();
            throw new IOException(socket + ": " + e.getMessage(), e);
        }
    }

    private long ram() throws IOException {
        StringBuilder signature = new StringBuilder();
        for (byte b : firmwareConfig(FW_CFG_SIGNATURE, SIGNATURE.length())) {
            signature.append((char) (b & 0xFF));
        }
        if (!signature.toString().equals(SIGNATURE)) {
            throw new IOException("the machine is no PC; start QEMU with -machine q35");
        }
        long bytes = 0;
        byte[] raw = firmwareConfig(FW_CFG_RAM_BYTES, Long.BYTES);
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            bytes = bytes << 8 | raw[i] & 0xFF;
        }
        return bytes < 0 || bytes > LOW_BYTES_MAX ? LOW_BYTES_MAX : bytes;
    }

    private byte[] firmwareConfig(int item, int count) throws IOException {
        ask("outw 0x%x 0x%x", FW_CFG_SELECT, item);
        byte[] content = new byte[count];
        for (int i = 0; i < count; i++) {
            content[i] = (byte) QtestReply.number(ask("inb 0x%x", FW_CFG_DATA));
        }
        return content;
    }

    /** RAM from address 0 on, at most {@link #LOW_BYTES_MAX}. */
    public long ramBytes() {
        return ramBytes;
    }

    private String ask(String format, Object... words) throws IOException {
        return channel.ask(String.format(format, words));
    }

    // ---- PCI ----

    long readConfig(int function, int offset) throws IOException {
        ask("outl 0x%x 0x%x", CONFIG_ADDRESS, configAddress(function, offset));
        return QtestReply.number(ask("inl 0x%x", CONFIG_DATA));
    }

    void writeConfig(int function, int offset, long value) throws IOException {
        ask("outl 0x%x 0x%x", CONFIG_ADDRESS, configAddress(function, offset));
        ask("outl 0x%x 0x%x", CONFIG_DATA, value & 0xFFFF_FFFFL);
    }

    static long configAddress(int function, int offset) {
        return 0x8000_0000L | (long) function << 8 | offset & 0xFC;
    }

    // ---- memory mapped input and output ----

    /** Reads a register of 1, 2, 4 or 8 bytes. */
    long read(long address, int widthBytes) throws IOException {
        return QtestReply.number(ask("read%c 0x%x", letter(widthBytes), address));
    }

    /** Writes a register of 1, 2, 4 or 8 bytes. */
    void write(long address, int widthBytes, long value) throws IOException {
        long masked = widthBytes == 8 ? value : value & (1L << 8 * widthBytes) - 1;
        ask("write%c 0x%x 0x%x", letter(widthBytes), address, masked);
    }

    private static char letter(int widthBytes) {
        return switch (widthBytes) {
            case 1 -> 'b';
            case 2 -> 'w';
            case 4 -> 'l';
            default -> 'q';
        };
    }

    // ---- RAM ----

    /**
     * Reads RAM; a request of no bytes is not made: QEMU ends at it.
     *
     * @throws IOException also if the range is not RAM
     */
    void readRam(long address, byte[] target, int at, int count) throws IOException {
        require(address, count);
        for (int done = 0; done < count; ) {
            int part = Math.min(CHUNK_BYTES, count - done);
            String rest = ask("b64read 0x%x 0x%x", address + done, part);
            System.arraycopy(QtestReply.bytes(rest, part), 0, target, at + done, part);
            done += part;
        }
    }

    /** Writes RAM; see {@link #readRam}. */
    void writeRam(long address, byte[] source) throws IOException {
        require(address, source.length);
        for (int done = 0; done < source.length; ) {
            int part = Math.min(CHUNK_BYTES, source.length - done);
            byte[] chunk = Arrays.copyOfRange(source, done, done + part);
            String text = Base64.getEncoder().encodeToString(chunk);
            ask("b64write 0x%x 0x%x %s", address + done, part, text);
            done += part;
        }
    }

    /** Makes RAM zero; see {@link #readRam}. */
    void clearRam(long address, long count) throws IOException {
        require(address, count);
        if (count > 0) {
            ask("memset 0x%x 0x%x 0x0", address, count);
        }
    }

    private void require(long address, long count) throws IOException {
        if (address < 0 || count < 0 || address > ramBytes - count) {
            throw new IOException(
                    String.format(
                            "the guest's memory at 0x%x lies outside the machine's RAM", address));
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
