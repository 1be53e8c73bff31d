package io.nvmetap.export.pcapng;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a pcapng file back, strictly, by the draft and not by the writer. */
final class CaptureFile {
    /** One packet: IPv4 and TCP taken apart. */
    record Packet(
            int interfaceId,
            long timeNs,
            String from,
            int fromPort,
            String to,
            int toPort,
            int sequence,
            int acknowledgement,
            int flags,
            byte[] payload,
            String comment,
            long dropped) {
        int pdu() {
            return payload.length == 0 ? -1 : payload[0];
        }

        boolean flag(int mask) {
            return (flags & mask) != 0;
        }

        String conversation() {
            return fromPort == 4420 ? to + ":" + toPort : from + ":" + fromPort;
        }
    }

    String section = "";
    final List<String> interfaces = new ArrayList<>();
    final List<Packet> packets = new ArrayList<>();
    final List<Long> interfaceDrops = new ArrayList<>();

    static CaptureFile read(byte[] bytes) {
        CaptureFile file = new CaptureFile();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int start = in.position();
            int type = in.getInt();
            int length = in.getInt();
            assertThat(length % 4).isZero();
            assertThat(in.getInt(start + length - 4)).isEqualTo(length);
            ByteBuffer body = in.slice(start + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN);
            file.block(type, body);
            in.position(start + length);
        }
        file.checkSequences();
        return file;
    }

    private void block(int type, ByteBuffer body) {
        switch (type) {
            case 0x0A0D0D0A -> {
                assertThat(body.getInt()).isEqualTo(0x1A2B3C4D);
                assertThat(body.getInt()).isEqualTo(1);
                assertThat(body.getLong()).isEqualTo(-1);
                section = text(options(body), 1);
            }
            case 1 -> {
                assertThat(body.getInt()).isEqualTo(101);
                assertThat(body.getInt()).isZero();
                Map<Integer, byte[]> options = options(body);
                assertThat(options.get(9)).containsExactly(9);
                interfaces.add(text(options, 2) + ": " + text(options, 3));
            }
            case 5 -> {
                body.position(12);
                interfaceDrops.add(number(options(body), 5));
            }
            case 6 -> packet(body);
            default -> throw new AssertionError("block type " + type);
        }
    }

    private void packet(ByteBuffer body) {
        int interfaceId = body.getInt();
        assertThat(interfaceId).isLessThan(interfaces.size());
        long timeNs = (long) body.getInt() << 32 | body.getInt() & 0xFFFF_FFFFL;
        int captured = body.getInt();
        assertThat(body.getInt()).isEqualTo(captured);
        byte[] data = new byte[captured];
        body.get(data);
        body.position(body.position() + (-captured & 3));
        Map<Integer, byte[]> options = options(body);
        ByteBuffer p = ByteBuffer.wrap(data);
        assertThat(data[0]).isEqualTo((byte) 0x45);
        assertThat(p.getShort(2) & 0xFFFF).isEqualTo(captured);
        assertThat(sum(data, 0, 20, 0)).isEqualTo(0xFFFF);
        int tcpLength = captured - 20;
        assertThat(sum(data, 20, tcpLength, sum(data, 12, 8, 6 + tcpLength))).isEqualTo(0xFFFF);
        int header = (data[32] >> 4 & 0xF) * 4;
        byte[] payload = Arrays.copyOfRange(data, 20 + header, captured);
        packets.add(
                new Packet(
                        interfaceId,
                        timeNs,
                        address(data, 12),
                        p.getShort(20) & 0xFFFF,
                        address(data, 16),
                        p.getShort(22) & 0xFFFF,
                        p.getInt(24),
                        p.getInt(28),
                        data[33] & 0xFF,
                        payload,
                        text(options, 1),
                        number(options, 4)));
    }

    private static String address(byte[] data, int at) {
        return (data[at] & 0xFF)
                + "."
                + (data[at + 1] & 0xFF)
                + "."
                + (data[at + 2] & 0xFF)
                + "."
                + (data[at + 3] & 0xFF);
    }

    private static int sum(byte[] data, int from, int length, int start) {
        long sum = start;
        for (int i = 0; i < length; i++) {
            sum += (i & 1) == 0 ? (data[from + i] & 0xFF) << 8 : data[from + i] & 0xFF;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static Map<Integer, byte[]> options(ByteBuffer body) {
        Map<Integer, byte[]> options = new HashMap<>();
        while (body.hasRemaining()) {
            int code = body.getShort() & 0xFFFF;
            int length = body.getShort() & 0xFFFF;
            if (code == 0) {
                assertThat(length).isZero();
                assertThat(body.hasRemaining()).isFalse();
                break;
            }
            byte[] value = new byte[length];
            body.get(value);
            body.position(body.position() + (-length & 3));
            options.put(code, value);
        }
        return options;
    }

    private static String text(Map<Integer, byte[]> options, int code) {
        return new String(options.getOrDefault(code, new byte[0]), StandardCharsets.UTF_8);
    }

    private static long number(Map<Integer, byte[]> options, int code) {
        byte[] value = options.get(code);
        return value == null ? 0 : ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** Every byte once and in order, every acknowledgement of what was sent. */
    private void checkSequences() {
        Map<String, int[]> next = new HashMap<>();
        for (Packet p : packets) {
            boolean client = p.toPort() == 4420;
            int[] ends = next.computeIfAbsent(p.conversation(), k -> new int[2]);
            int own = client ? 0 : 1;
            assertThat(p.sequence()).isEqualTo(ends[own]);
            if (p.flag(0x10)) {
                assertThat(p.acknowledgement()).isEqualTo(ends[1 - own]);
            }
            ends[own] += p.payload().length + (p.flag(0x03) ? 1 : 0);
        }
    }
}
