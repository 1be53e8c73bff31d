package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.DataLength;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.SerialHash;
import io.nvmetap.nvme.Sqe;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/** The data of one command at a time: its length, its pages, and its bytes as the policy goes. */
final class CommandData {
    /** Namespaces whose block size is kept. */
    static final int NAMESPACES_MAX = 1024;

    /**
     * Data direction, opcode bits 1:0 (NVMe Base 2.0c 3.3.3.1): 01b to the controller, 10b from.
     */
    private static final int TO_CONTROLLER = 1;

    private static final int FROM_CONTROLLER = 2;
    private static final byte[] NONE = {};

    /**
     * What is recorded of data.
     *
     * @param content bytes, none where only the digest is kept
     * @param digest SHA-256, none where the bytes are kept
     */
    record Piece(Transfer way, byte[] content, byte[] digest) {}

    private final GuestMemory memory;
    private final PayloadPolicy policy;
    private final PageList list = new PageList();
    private final Map<Long, Integer> blockBytes = new HashMap<>();
    private final PrpWalk.PageReader reader = this::entry;
    private long dataBytes;
    private boolean sgl;
    private boolean walked;

    CommandData(GuestMemory memory, PayloadPolicy policy) {
        this.memory = memory;
        this.policy = policy;
    }

    /** Whether anything of the entry is needed again when the command completes. */
    boolean keepsEntry(boolean admin) {
        return admin || policy == PayloadPolicy.ALL || policy == PayloadPolicy.DIGEST;
    }

    /** Length and pages of a command. */
    void look(boolean admin, byte[] sqe, int pageSize) {
        long nsid = Sqe.nsid(sqe, 0);
        int block = blockBytes.getOrDefault(nsid, 0);
        sgl = Sqe.psdt(sqe, 0) != Sqe.PSDT_PRP;
        dataBytes = DataLength.of(admin, sqe, 0, Sqe.KNOWN_ALL, block);
        list.clear();
        // More pages than an event may carry are not walked: the doorbell waits for this.
        long most = (CapturedEvent.PAGES_MAX - 1L) * pageSize;
        walked =
                !sgl
                        && dataBytes > 0
                        && dataBytes <= most
                        && walk(Sqe.prp1(sqe, 0), Sqe.prp2(sqe, 0), pageSize);
    }

    private boolean walk(long prp1, long prp2, int pageSize) {
        return PrpWalk.walk(prp1, prp2, dataBytes, pageSize, reader, list) == PrpWalk.Result.OK;
    }

    /** Bytes the command moves, -1 unknown. */
    long dataBytes() {
        return dataBytes;
    }

    /** Puts length and pages into an event. */
    void into(CapturedEvent e) {
        e.dataBytes = dataBytes;
        e.sgl = sgl;
        for (int i = 0; i < list.size(); i++) {
            e.page(list.address(i), list.length(i));
        }
    }

    /** Data that goes out with the command just looked at; null for none, or none wanted. */
    Piece sent(InFlight command) {
        return piece(command, TO_CONTROLLER, Transfer.TO_DEVICE);
    }

    /** Data that came in with a command that succeeded; null for none, or none wanted. */
    Piece received(InFlight command, int pageSize) {
        if (command.sqe() == null || (command.opcode() & 3) != FROM_CONTROLLER) {
            return null;
        }
        look(command.sqid() == 0, command.sqe(), pageSize);
        learn(command);
        return piece(command, FROM_CONTROLLER, Transfer.FROM_DEVICE);
    }

    private Piece piece(InFlight command, int direction, Transfer way) {
        boolean admin = command.sqid() == 0;
        boolean wanted = policy != PayloadPolicy.NONE && (admin || keepsEntry(false));
        // The pages of Doorbell Buffer Config are cells, not data.
        boolean cells = admin && command.opcode() == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG;
        if (!wanted || !walked || cells || (command.opcode() & 3) != direction) {
            return null;
        }
        byte[] content = copy((int) Math.min(dataBytes, CapturedEvent.CONTENT_BYTES_MAX));
        if (content == null) {
            return null;
        }
        if (admin && policy != PayloadPolicy.ALL && command.sqe() != null) {
            content = SerialHash.hide(command.sqe(), content);
        }
        boolean digest = policy == PayloadPolicy.DIGEST && !admin;
        return digest ? new Piece(way, NONE, sha256(content)) : new Piece(way, content, NONE);
    }

    /** Identify Namespace says how long blocks are. */
    private void learn(InFlight command) {
        boolean identify = command.sqid() == 0 && command.opcode() == Opcodes.ADMIN_IDENTIFY;
        if (!identify || AdminSqe.cns(command.sqe(), 0) != IdentifyCns.NAMESPACE || !walked) {
            return;
        }
        byte[] page = copy((int) dataBytes);
        long nsid = Sqe.nsid(command.sqe(), 0);
        boolean room = blockBytes.size() < NAMESPACES_MAX || blockBytes.containsKey(nsid);
        if (page != null && room) {
            blockBytes.put(nsid, new IdentifyNamespace(page).transferBlockBytes());
        }
    }

    private byte[] copy(int count) {
        byte[] content = new byte[count];
        int done = 0;
        try {
            for (int i = 0; i < list.size() && done < count; i++) {
                int part = Math.min(list.length(i), count - done);
                memory.read(list.address(i), content, done, part);
                done += part;
            }
            return content;
        } catch (MemoryFault missing) {
            return null;
        }
    }

    private long entry(long address) {
        try {
            return memory.readLong(address);
        } catch (MemoryFault missing) {
            return PrpWalk.UNREADABLE;
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException absent) {
            // Every Java platform has SHA-256; see MessageDigest.
            throw new IllegalStateException(absent);
        }
    }
}
