package io.nvmetap.export.pcapng;

import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Blocks of a pcapng file, little-endian (PCAP Now Generic, draft-ietf-opsawg-pcapng). One section;
 * link type RAW, packets begin with the IP header; times are nanoseconds.
 */
final class PcapngWriter {
    /** Longest text of one option, bytes; longer text is cut. */
    static final int TEXT_BYTES_MAX = 4096;

    private static final int SECTION_HEADER = 0x0A0D0D0A;
    private static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    private static final int INTERFACE_DESCRIPTION = 1;
    private static final int INTERFACE_STATISTICS = 5;
    private static final int ENHANCED_PACKET = 6;
    private static final int LINKTYPE_RAW = 101;

    private static final int OPTION_COMMENT = 1;
    private static final int SECTION_HARDWARE = 2;
    private static final int SECTION_OS = 3;
    private static final int SECTION_APPLICATION = 4;
    private static final int INTERFACE_NAME = 2;
    private static final int INTERFACE_TEXT = 3;
    private static final int INTERFACE_RESOLUTION = 9;
    private static final int PACKET_DROPPED = 4;
    private static final int STATISTICS_RECEIVED = 4;
    private static final int STATISTICS_DROPPED = 5;
    private static final byte NANOSECONDS = 9;

    private final OutputStream out;
    private byte[] block = new byte[1 << 12];
    private int used;

    PcapngWriter(OutputStream out) {
        this.out = out;
    }

    /** The first block; texts may be "". */
    void section(String hardware, String os, String application, String comment)
            throws IOException {
        begin(SECTION_HEADER);
        put32(BYTE_ORDER_MAGIC);
        put16(1);
        put16(0);
        // Length of the section: not known while it is written.
        put64(-1);
        text(SECTION_HARDWARE, hardware);
        text(SECTION_OS, os);
        text(SECTION_APPLICATION, application);
        text(OPTION_COMMENT, comment);
        end(true);
    }

    /** An interface; they count from 0 in the order they are written. */
    void interfaceDescription(String name, String description) throws IOException {
        begin(INTERFACE_DESCRIPTION);
        put16(LINKTYPE_RAW);
        put16(0);
        put32(0);
        text(INTERFACE_NAME, name);
        text(INTERFACE_TEXT, description);
        put16(INTERFACE_RESOLUTION);
        put16(1);
        bytes(new byte[] {NANOSECONDS}, 0, 1);
        end(true);
    }

    /**
     * One packet.
     *
     * @param timeNs nanoseconds since 1970
     * @param comment "" none
     * @param dropped packets lost before this one, 0 none
     */
    void packet(
            int interfaceId, long timeNs, byte[] packet, int length, String comment, long dropped)
            throws IOException {
        begin(ENHANCED_PACKET);
        put32(interfaceId);
        time(timeNs);
        put32(length);
        put32(length);
        bytes(packet, 0, length);
        text(OPTION_COMMENT, comment);
        if (dropped > 0) {
            number(PACKET_DROPPED, dropped);
        }
        end(!comment.isEmpty() || dropped > 0);
    }

    /** What became of an interface's packets. */
    void statistics(int interfaceId, long timeNs, long received, long dropped, String comment)
            throws IOException {
        begin(INTERFACE_STATISTICS);
        put32(interfaceId);
        time(timeNs);
        text(OPTION_COMMENT, comment);
        number(STATISTICS_RECEIVED, received);
        number(STATISTICS_DROPPED, dropped);
        end(true);
    }

    private void begin(int type) {
        used = 0;
        put32(type);
        put32(0);
    }

    private void end(boolean options) throws IOException {
        if (options) {
            put32(0);
        }
        put32(used + 4);
        LittleEndian.put32(block, 4, used);
        out.write(block, 0, used);
    }

    private void time(long timeNs) {
        put32((int) (timeNs >>> 32));
        put32((int) timeNs);
    }

    private void text(int code, String text) {
        if (text.isEmpty()) {
            return;
        }
        byte[] utf8 = printable(text).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(utf8.length, TEXT_BYTES_MAX);
        while (length < utf8.length && (utf8[length] & 0xC0) == 0x80) {
            // Not in the middle of a character.
            length--;
        }
        put16(code);
        put16(length);
        bytes(utf8, 0, length);
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private void number(int code, long value) {
        put16(code);
        put16(8);
        put64(value);
    }

    private void put16(int value) {
        room(2);
        LittleEndian.put16(block, used, value);
        used += 2;
    }

    private void put32(int value) {
        room(4);
        LittleEndian.put32(block, used, value);
        used += 4;
    }

    private void put64(long value) {
        room(8);
        LittleEndian.put64(block, used, value);
        used += 8;
    }

    /** Bytes, then zeros to the next multiple of four. */
    private void bytes(byte[] from, int at, int length) {
        int padded = (length + 3) & ~3;
        room(padded);
        System.arraycopy(from, at, block, used, length);
        Arrays.fill(block, used + length, used + padded, (byte) 0);
        used += padded;
    }

    private void room(int more) {
        if (used + more > block.length) {
            block = Arrays.copyOf(block, Math.max(block.length * 2, used + more));
        }
    }
}
