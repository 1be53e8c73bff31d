package io.nvmetap.export.pcapng;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Side;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** All conversations of a file: opens, closes and fills them, in packets with their times. */
final class Conversations {
    /** Controllers that get an interface; what others do is left out. */
    static final int CONTROLLERS_MAX = 250;

    /** Queues remembered at once; the one silent for longest is forgotten, and opens anew. */
    static final int QUEUES_MAX = 4096;

    /** Queue sizes remembered; for telling them, nothing depends on them. */
    private static final int SIZES_MAX = 1 << 16;

    /** Addresses for documentation (RFC 5737): the client's, and before the controllers'. */
    private static final int CLIENT = 192 << 24 | 2 << 8 | 1;

    private static final int SERVERS = 198 << 24 | 51 << 16 | 100 << 8 | 1;

    /** Past the server's own port, which would hide who is who. */
    private static final int FIRST_PORT = 10_000;

    private static final int PORTS = 55_000;
    private static final int CLIENTS = 250;
    private static final long NS_PER_MS = 1_000_000;

    /** After this in Unix milliseconds nanoseconds do not fit; a header that says so is wrong. */
    private static final long WALL_CLOCK_MS_MAX = Long.MAX_VALUE / NS_PER_MS / 2;

    private final PcapngWriter writer;
    private final NvmeTcpPdu pdu = new NvmeTcpPdu();
    private final byte[] packet = new byte[TcpConversation.PACKET_BYTES_MAX];
    private final Map<Long, QueueConversation> live =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, QueueConversation> eldest) {
                    return size() > QUEUES_MAX;
                }
            };
    private final Map<Long, Integer> sizes = new HashMap<>();
    private final Map<Integer, Integer> interfaces = new LinkedHashMap<>();
    private final Map<Integer, Long> packets = new HashMap<>();
    private CaptureStarted header = CaptureStarted.unknown();
    private Side side = Side.NONE;
    private byte[] session = new byte[16];
    private long startNs;
    private long nowNs;
    private long opened;
    private long lostAll;
    private long lostUntold;

    Conversations(OutputStream out) {
        writer = new PcapngWriter(out);
    }

    void start(CapturedEvent first, Side which) throws IOException {
        header = first.header;
        side = which;
        session =
                ByteBuffer.allocate(16)
                        .putLong(first.sessionHigh)
                        .putLong(first.sessionLow)
                        .array();
        startNs = Math.max(0, Math.min(header.wallClockMs(), WALL_CLOCK_MS_MAX)) * NS_PER_MS;
        writer.section(
                header.machine(), header.os(), "nvmetap", CaptureTexts.section(first, which));
    }

    void lost(long count) {
        lostAll += count;
        lostUntold += count;
    }

    /** Remembers how large a queue is to be. */
    void size(int controller, int qid, int size0) {
        if (sizes.size() < SIZES_MAX) {
            sizes.put(key(controller, qid), size0);
        }
    }

    private static long key(int controller, int qid) {
        return (long) controller << 32 | qid & 0xFFFF_FFFFL;
    }

    /**
     * @return the conversation a command goes to, opened if need be; null if there is no place
     */
    QueueConversation ofCommand(CapturedEvent e) throws IOException {
        QueueConversation c = live.get(key(e.controller, e.qid));
        return c == null || c.over ? open(e, e.qid) : c;
    }

    /**
     * @return the conversation of a completion whose command nobody knows
     */
    QueueConversation ofCompletion(CapturedEvent e, int qid) throws IOException {
        QueueConversation c = live.get(key(e.controller, qid));
        return c == null ? open(e, qid) : c;
    }

    private QueueConversation open(CapturedEvent e, int qid) throws IOException {
        Integer id = interfaceOf(e.controller);
        if (id == null) {
            return null;
        }
        int number = (int) (opened % (PORTS * CLIENTS));
        TcpConversation tcp =
                new TcpConversation(
                        CLIENT + number / PORTS,
                        FIRST_PORT + number % PORTS,
                        SERVERS + e.controller,
                        packet);
        QueueConversation c = new QueueConversation(e.controller, qid, id, tcp);
        live.put(key(e.controller, qid), c);
        opened++;
        connect(c, e.timeNs);
        return c;
    }

    private Integer interfaceOf(int controller) throws IOException {
        if (controller < 0 || controller >= CONTROLLERS_MAX) {
            return null;
        }
        Integer known = interfaces.get(controller);
        if (known == null) {
            known = interfaces.size();
            interfaces.put(controller, known);
            String name = "nvme" + controller + (side == Side.GUEST ? "-guest" : "-device");
            writer.interfaceDescription(name, CaptureTexts.controller(header, controller));
        }
        return known;
    }

    private void connect(QueueConversation c, long timeNs) throws IOException {
        String what = "controller " + c.controller + " queue " + c.qid;
        bare(c, timeNs, true, TcpConversation.SYN, what + " opens (made up)");
        bare(c, timeNs, false, TcpConversation.SYN | TcpConversation.ACK, "");
        bare(c, timeNs, true, TcpConversation.ACK, "");
        send(c, timeNs, true, pdu.connectionRequest(), "made up");
        send(c, timeNs, false, pdu.connectionResponse(), "made up");
        Integer size0 = sizes.get(key(c.controller, c.qid));
        ByteBuffer id = ByteBuffer.wrap(session);
        String name = "nqn.2014-08.org.nvmexpress:uuid:" + new UUID(id.getLong(), id.getLong());
        send(
                c,
                timeNs,
                true,
                pdu.connect(session, c.controller, c.qid, size0 == null ? 0 : size0, name),
                size0 == null ? "made up; the size of the queue was not seen" : "made up");
        send(c, timeNs, false, pdu.connectResponse(c.controller), "made up");
    }

    void command(QueueConversation c, CapturedEvent e, String note) throws IOException {
        send(c, e.timeNs, true, pdu.command(e.entry, e.entryBytes), note);
    }

    void completion(QueueConversation c, long timeNs, byte[] cqe, String note) throws IOException {
        send(c, timeNs, false, pdu.response(cqe), note);
    }

    /** The data of a command, in pieces; asked for first if the controller gets them. */
    void data(QueueConversation c, long timeNs, int cid, HeldPayloads.Held data)
            throws IOException {
        byte[] bytes = data.bytes();
        if (data.toController()) {
            send(c, timeNs, false, pdu.readyToTransfer(cid, bytes.length), "made up");
        }
        for (int at = 0; at < bytes.length; at += NvmeTcpPdu.DATA_BYTES_MAX) {
            int count = Math.min(NvmeTcpPdu.DATA_BYTES_MAX, bytes.length - at);
            pdu.data(data.toController(), cid, bytes, at, count);
            send(c, timeNs, data.toController(), pdu, "payload, at the time of the completion");
        }
    }

    /** The controller was reset: no conversation of it goes on. */
    void reset(int controller, long timeNs) throws IOException {
        for (QueueConversation c : live.values()) {
            if (c.controller == controller && !c.over) {
                c.over = true;
                bare(
                        c,
                        timeNs,
                        true,
                        TcpConversation.RST | TcpConversation.ACK,
                        "controller reset");
            }
        }
    }

    /** A submission queue is gone. */
    void deleted(int controller, int qid, long timeNs) throws IOException {
        QueueConversation c = live.get(key(controller, qid));
        if (c != null && !c.over) {
            c.over = true;
            bare(c, timeNs, true, TcpConversation.FIN | TcpConversation.ACK, "queue deleted");
            bare(c, timeNs, false, TcpConversation.FIN | TcpConversation.ACK, "");
            bare(c, timeNs, true, TcpConversation.ACK, "");
        }
    }

    private void bare(QueueConversation c, long timeNs, boolean fromClient, int flags, String note)
            throws IOException {
        write(c, timeNs, c.tcp.make(fromClient, flags, packet, 0), note);
    }

    private void send(
            QueueConversation c, long timeNs, boolean fromClient, NvmeTcpPdu what, String note)
            throws IOException {
        int flags = TcpConversation.PSH | TcpConversation.ACK;
        write(c, timeNs, c.tcp.make(fromClient, flags, what.bytes(), what.length()), note);
    }

    private void write(QueueConversation c, long timeNs, int length, String note)
            throws IOException {
        nowNs = startNs + Math.max(0, timeNs);
        String said = note;
        if (lostUntold > 0) {
            String gap = lostUntold + " events lost before this packet";
            said = note.isEmpty() ? gap : gap + "; " + note;
        }
        writer.packet(c.interfaceId, nowNs, packet, length, said, lostUntold);
        lostUntold = 0;
        packets.merge(c.interfaceId, 1L, Long::sum);
    }

    /** Statistics of each interface. */
    void end() throws IOException {
        for (int id : interfaces.values()) {
            long count = packets.getOrDefault(id, 0L);
            writer.statistics(id, nowNs, count, lostAll, lostAll + " events lost in the session");
        }
    }

    long opened() {
        return opened;
    }
}
