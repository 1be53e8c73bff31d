package io.nvmetap.export.pcapng;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes PDUs of the NVMe/TCP transport (NVMe TCP Transport 1.0, section 3.6) in one buffer: common
 * header of type, flags, header length, data offset and whole length, then what belongs to the
 * type.
 */
final class NvmeTcpPdu {
    /** Most data in one PDU made here. */
    static final int DATA_BYTES_MAX = 32 << 10;

    private static final int IC_REQUEST = 0;
    private static final int IC_RESPONSE = 1;
    private static final int CAPSULE_COMMAND = 4;
    private static final int CAPSULE_RESPONSE = 5;
    private static final int DATA_TO_CONTROLLER = 6;
    private static final int DATA_FROM_CONTROLLER = 7;
    private static final int READY_TO_TRANSFER = 9;
    private static final int LAST_DATA = 0x04;
    private static final int HEADER = 8;
    private static final int IC_BYTES = 128;
    private static final int COMMAND_BYTES = HEADER + Sqe.SIZE;
    private static final int RESPONSE_BYTES = HEADER + Cqe.SIZE;
    private static final int DATA_HEADER = 24;

    /** Fabrics Connect (NVMe Base 2.0, section 6.3): data are host id, controller id, two names. */
    private static final int FABRICS_OPCODE = 0x7F;

    private static final int FCTYPE_CONNECT = 1;
    private static final int CONNECT_DATA_BYTES = 1024;
    private static final int SUBSYSTEM_NAME = 256;
    private static final int HOST_NAME = 512;
    private static final int NAME_BYTES_MAX = 223;

    private final byte[] pdu = new byte[DATA_HEADER + DATA_BYTES_MAX];
    private int length;

    byte[] bytes() {
        return pdu;
    }

    int length() {
        return length;
    }

    private NvmeTcpPdu header(int type, int flags, int headerLength, int dataOffset, int whole) {
        Arrays.fill(pdu, 0, whole, (byte) 0);
        pdu[0] = (byte) type;
        pdu[1] = (byte) flags;
        pdu[2] = (byte) headerLength;
        pdu[3] = (byte) dataOffset;
        LittleEndian.put32(pdu, 4, whole);
        length = whole;
        return this;
    }

    NvmeTcpPdu connectionRequest() {
        return header(IC_REQUEST, 0, IC_BYTES, 0, IC_BYTES);
    }

    NvmeTcpPdu connectionResponse() {
        header(IC_RESPONSE, 0, IC_BYTES, 0, IC_BYTES);
        LittleEndian.put32(pdu, 12, DATA_BYTES_MAX);
        return this;
    }

    /**
     * Connect of one queue.
     *
     * @param hostId 16 bytes
     * @param queueSize0 entries of the queue less one; 0 not known
     * @param name name of subsystem and host
     */
    NvmeTcpPdu connect(byte[] hostId, int controller, int qid, int queueSize0, String name) {
        int whole = COMMAND_BYTES + CONNECT_DATA_BYTES;
        header(CAPSULE_COMMAND, 0, COMMAND_BYTES, COMMAND_BYTES, whole);
        pdu[HEADER] = FABRICS_OPCODE;
        // SGL: a data block at an offset within the capsule.
        pdu[HEADER + 1] = 0x40;
        pdu[HEADER + 4] = FCTYPE_CONNECT;
        LittleEndian.put32(pdu, HEADER + 32, CONNECT_DATA_BYTES);
        pdu[HEADER + 39] = 0x01;
        LittleEndian.put16(pdu, HEADER + 42, qid);
        LittleEndian.put16(pdu, HEADER + 44, queueSize0);
        System.arraycopy(hostId, 0, pdu, COMMAND_BYTES, 16);
        LittleEndian.put16(pdu, COMMAND_BYTES + 16, qid == 0 ? 0xFFFF : controller);
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        int n = Math.min(utf8.length, NAME_BYTES_MAX);
        System.arraycopy(utf8, 0, pdu, COMMAND_BYTES + SUBSYSTEM_NAME, n);
        System.arraycopy(utf8, 0, pdu, COMMAND_BYTES + HOST_NAME, n);
        return this;
    }

    NvmeTcpPdu connectResponse(int controller) {
        header(CAPSULE_RESPONSE, 0, RESPONSE_BYTES, 0, RESPONSE_BYTES);
        LittleEndian.put16(pdu, HEADER, controller);
        return this;
    }

    /** The first 64 bytes of an entry; bytes it lacks are zero. */
    NvmeTcpPdu command(byte[] entry, int entryBytes) {
        header(CAPSULE_COMMAND, 0, COMMAND_BYTES, 0, COMMAND_BYTES);
        System.arraycopy(entry, 0, pdu, HEADER, Math.min(entryBytes, Sqe.SIZE));
        return this;
    }

    NvmeTcpPdu response(byte[] entry) {
        header(CAPSULE_RESPONSE, 0, RESPONSE_BYTES, 0, RESPONSE_BYTES);
        System.arraycopy(entry, 0, pdu, HEADER, Cqe.SIZE);
        return this;
    }

    NvmeTcpPdu readyToTransfer(int cid, int bytes) {
        header(READY_TO_TRANSFER, 0, DATA_HEADER, 0, DATA_HEADER);
        LittleEndian.put16(pdu, HEADER, cid);
        LittleEndian.put32(pdu, HEADER + 8, bytes);
        return this;
    }

    /**
     * A piece of a command's data.
     *
     * @param count at most {@link #DATA_BYTES_MAX}, from {@code from} of {@code data}
     */
    NvmeTcpPdu data(boolean toController, int cid, byte[] data, int from, int count) {
        int type = toController ? DATA_TO_CONTROLLER : DATA_FROM_CONTROLLER;
        int flags = from + count == data.length ? LAST_DATA : 0;
        header(type, flags, DATA_HEADER, DATA_HEADER, DATA_HEADER + count);
        LittleEndian.put16(pdu, HEADER, cid);
        LittleEndian.put32(pdu, HEADER + 4, from);
        LittleEndian.put32(pdu, HEADER + 8, count);
        System.arraycopy(data, from, pdu, DATA_HEADER, count);
        return this;
    }
}
