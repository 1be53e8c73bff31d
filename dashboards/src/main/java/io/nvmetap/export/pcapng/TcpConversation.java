package io.nvmetap.export.pcapng;

import java.util.Arrays;

/**
 * One synthesized TCP conversation: numbers sequence and acknowledgement on both ends, makes
 * packets of IPv4 (RFC 791) and TCP (RFC 9293) with their checksums. The client is the side that
 * submits commands.
 */
final class TcpConversation {
    /** The port NVMe/TCP I/O controllers listen on. */
    static final int SERVER_PORT = 4420;

    /** Most payload one packet takes: an IPv4 packet has 65,535 bytes at most. */
    static final int PAYLOAD_BYTES_MAX = 65_000;

    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int PSH = 0x08;
    static final int ACK = 0x10;

    private static final int IP_BYTES = 20;
    private static final int TCP_BYTES = 20;
    private static final int PROTOCOL_TCP = 6;
    private static final int WINDOW = 0xFFFF;

    /**
     * Maximum segment size, selective acknowledgement, and a window scale of 14: nobody ever waits
     * for a window here.
     */
    private static final byte[] SYN_OPTIONS = {
        2, 4, (byte) 0xFD, (byte) 0xE8, 4, 2, 3, 3, 14, 1, 1, 0
    };

    private final int clientAddress;
    private final int clientPort;
    private final int serverAddress;
    private final byte[] packet;
    private int clientNext;
    private int serverNext;
    private int identification;

    /** Bytes of the largest packet. */
    static final int PACKET_BYTES_MAX =
            IP_BYTES + TCP_BYTES + SYN_OPTIONS.length + PAYLOAD_BYTES_MAX;

    /**
     * @param packet where packets are made, {@link #PACKET_BYTES_MAX}; conversations share one
     */
    TcpConversation(int clientAddress, int clientPort, int serverAddress, byte[] packet) {
        this.packet = packet;
        this.clientAddress = clientAddress;
        this.clientPort = clientPort;
        this.serverAddress = serverAddress;
    }

    /**
     * Makes the next packet of one end.
     *
     * @param length payload bytes, at most {@link #PAYLOAD_BYTES_MAX}
     * @return its length
     */
    int make(boolean fromClient, int flags, byte[] payload, int length) {
        int options = (flags & SYN) != 0 ? SYN_OPTIONS.length : 0;
        int tcpLength = TCP_BYTES + options + length;
        ip(fromClient, IP_BYTES + tcpLength);
        int t = IP_BYTES;
        put16(t, fromClient ? clientPort : SERVER_PORT);
        put16(t + 2, fromClient ? SERVER_PORT : clientPort);
        put32(t + 4, fromClient ? clientNext : serverNext);
        put32(t + 8, (flags & ACK) == 0 ? 0 : fromClient ? serverNext : clientNext);
        put16(t + 12, (TCP_BYTES + options) / 4 << 12 | flags);
        put16(t + 14, WINDOW);
        put32(t + 16, 0);
        System.arraycopy(SYN_OPTIONS, 0, packet, t + TCP_BYTES, options);
        System.arraycopy(payload, 0, packet, t + TCP_BYTES + options, length);
        put16(t + 16, checksum(pseudoHeader(tcpLength), t, tcpLength));
        int advance = length + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
        if (fromClient) {
            clientNext += advance;
        } else {
            serverNext += advance;
        }
        return IP_BYTES + tcpLength;
    }

    private void ip(boolean fromClient, int totalLength) {
        Arrays.fill(packet, 0, IP_BYTES, (byte) 0);
        packet[0] = 0x45;
        put16(2, totalLength);
        put16(4, identification++);
        // Do not fragment.
        put16(6, 0x4000);
        packet[8] = 64;
        packet[9] = PROTOCOL_TCP;
        put32(12, fromClient ? clientAddress : serverAddress);
        put32(16, fromClient ? serverAddress : clientAddress);
        put16(10, checksum(0, 0, IP_BYTES));
    }

    private long pseudoHeader(int tcpLength) {
        return (clientAddress >>> 16)
                + (clientAddress & 0xFFFF)
                + (serverAddress >>> 16)
                + (serverAddress & 0xFFFF)
                + PROTOCOL_TCP
                + tcpLength;
    }

    private int checksum(long start, int from, int length) {
        long sum = start;
        int end = from + length;
        for (int i = from; i + 1 < end; i += 2) {
            sum += (packet[i] & 0xFF) << 8 | packet[i + 1] & 0xFF;
        }
        if ((length & 1) != 0) {
            sum += (packet[end - 1] & 0xFF) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return (int) ~sum & 0xFFFF;
    }

    private void put16(int at, int value) {
        packet[at] = (byte) (value >>> 8);
        packet[at + 1] = (byte) value;
    }

    private void put32(int at, int value) {
        put16(at, value >>> 16);
        put16(at + 2, value);
    }
}
