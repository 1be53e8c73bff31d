package io.nvmetap.device.model;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.IOException;

/** The admin command set (NVMe Base 2.0c 5), and Apple's one that Linux knows. */
final class AdminCommands {
    /** Apple's tunnel: request at CDW12:CDW11, reply at CDW14:CDW13, operation at byte 12. */
    private static final int APPLE_TUNNEL = 0xD8;

    private static final int TUNNEL_BYTES = 16;
    private static final int TUNNEL_SET_TIME = 0x06;
    private static final int TUNNEL_NAND_ID = 0x38;
    private static final int TUNNEL_NAND_GEOMETRY = 0xBA;

    private static final int INVALID_FIRMWARE_SLOT = 0x106;
    private static final int INVALID_FIRMWARE_IMAGE = 0x107;
    private static final int FIRMWARE_NEEDS_RESET = 0x10B;

    private final ModelState state;
    private final DataPointer data;
    private final AsyncEvents events;
    private final NvmCommands nvm;
    private final FeatureStore features;
    private final QueueCommands queueCommands;
    private final IdentifyPages identify;
    private final LogPages logs;
    private boolean imageDownloaded;
    private boolean timeSet;

    AdminCommands(
            ModelState state,
            QueueTable queues,
            AsyncEvents events,
            DataPointer data,
            CommandUnit.Counters counters) {
        this.state = state;
        this.data = data;
        this.events = events;
        this.nvm = counters.nvm();
        this.features = new FeatureStore(state, queues, data);
        this.queueCommands = new QueueCommands(state, queues, features);
        this.identify = new IdentifyPages(state, data);
        this.logs = new LogPages(state, data, events, counters);
    }

    void reset() {
        features.reset();
        imageDownloaded = false;
        timeSet = false;
    }

    /** Whether Apple's tunnel has set the time since the last reset. */
    boolean timeSet() {
        return timeSet;
    }

    /** Under its fault: an Identify that it will never answer. */
    boolean forgets(Command command) {
        return command.opcode() == Opcodes.ADMIN_IDENTIFY && identify.forgets(command.sqe);
    }

    int execute(Command command) {
        return switch (command.opcode()) {
            case Opcodes.ADMIN_DELETE_SQ -> queueCommands.deleteSq(command.sqe);
            case Opcodes.ADMIN_CREATE_SQ -> queueCommands.createSq(command.sqe);
            case Opcodes.ADMIN_GET_LOG_PAGE -> logs.get(command);
            case Opcodes.ADMIN_DELETE_CQ -> queueCommands.deleteCq(command.sqe);
            case Opcodes.ADMIN_CREATE_CQ -> queueCommands.createCq(command.sqe);
            case Opcodes.ADMIN_IDENTIFY -> identify.identify(command);
            case Opcodes.ADMIN_ABORT -> queueCommands.abort(command);
            case Opcodes.ADMIN_SET_FEATURES -> features.set(command);
            case Opcodes.ADMIN_GET_FEATURES -> features.get(command);
            case Opcodes.ADMIN_ASYNC_EVENT_REQUEST -> events.request(command);
            default -> optional(command);
        };
    }

    private int optional(Command command) {
        int oacs = state.profile.oacs();
        boolean firmware = (oacs & ControllerProfile.OACS_FIRMWARE) != 0;
        boolean format = (oacs & ControllerProfile.OACS_FORMAT) != 0;
        int opcode = command.opcode();
        if (firmware && opcode == Opcodes.ADMIN_FIRMWARE_DOWNLOAD) {
            return download(command);
        }
        if (firmware && opcode == Opcodes.ADMIN_FIRMWARE_COMMIT) {
            return commit(command);
        }
        if (format && opcode == Opcodes.ADMIN_FORMAT_NVM) {
            return format(command);
        }
        if (state.profile.doorbellBuffer() && opcode == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG) {
            return queueCommands.doorbellBuffer(command.sqe);
        }
        if (state.profile.apple() && opcode == APPLE_TUNNEL) {
            return tunnel(command);
        }
        return StatusCode.INVALID_OPCODE | StatusCode.DNR;
    }

    /** The image is read and forgotten. */
    private int download(Command command) {
        int status =
                data.transfer(
                        command,
                        command.dataBytes,
                        (at, address, count) ->
                                state.memory.contains(address, count)
                                        ? StatusCode.SUCCESS
                                        : StatusCode.DATA_TRANSFER_ERROR);
        imageDownloaded |= StatusCode.success(status);
        return status;
    }

    /**
     * Commit Action in CDW10 bits 5:3, Firmware Slot in 2:0 (5.12). One slot, active after reset.
     */
    private int commit(Command command) {
        int action = Sqe.cdw10(command.sqe, 0) >>> 3 & 7;
        int slot = Sqe.cdw10(command.sqe, 0) & 7;
        if (slot > 1) {
            return INVALID_FIRMWARE_SLOT | StatusCode.DNR;
        }
        if (action > 3) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        if (action < 2 && !imageDownloaded) {
            return INVALID_FIRMWARE_IMAGE | StatusCode.DNR;
        }
        return action == 1 || action == 2 ? FIRMWARE_NEEDS_RESET : StatusCode.SUCCESS;
    }

    private int format(Command command) {
        int lbaf = AdminSqe.formatLbaf(command.sqe, 0);
        if (lbaf >= IdentifyPages.FORMATS) {
            return StatusCode.INVALID_FORMAT | StatusCode.DNR;
        }
        long nsid = Sqe.nsid(command.sqe, 0);
        if (nsid != Sqe.NSID_ALL && state.namespace(nsid) == null) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT | StatusCode.DNR;
        }
        for (int i = 1; i <= state.namespaces.size(); i++) {
            if (nsid == i || nsid == Sqe.NSID_ALL) {
                try {
                    state.namespace(i).format(lbaf == 0 ? 512 : 4096);
                } catch (IOException failed) {
                    return StatusCode.INTERNAL_ERROR;
                }
                nvm.formatted(i);
                state.wear.formatted();
            }
        }
        return StatusCode.SUCCESS;
    }

    /**
     * The operations Linux's apple.c names. What Apple answers is not public: the reply here is the
     * operation number and zeros, enough for a driver that only wants an answer.
     */
    private int tunnel(Command command) {
        long request = address(command.sqe, 11);
        long reply = address(command.sqe, 13);
        try {
            byte[] asked = new byte[TUNNEL_BYTES];
            state.memory.read(request, asked, 0, TUNNEL_BYTES);
            int operation = asked[12] & 0xFF;
            switch (operation) {
                case TUNNEL_SET_TIME -> {
                    timeSet = true;
                    return StatusCode.SUCCESS;
                }
                case TUNNEL_NAND_ID, TUNNEL_NAND_GEOMETRY -> {
                    byte[] answer = new byte[TUNNEL_BYTES];
                    answer[12] = (byte) operation;
                    state.memory.write(reply, answer, 0, TUNNEL_BYTES);
                    return StatusCode.SUCCESS;
                }
                default -> {
                    return StatusCode.INVALID_FIELD | StatusCode.DNR;
                }
            }
        } catch (MemoryFault fault) {
            return StatusCode.DATA_TRANSFER_ERROR;
        }
    }

    private static long address(byte[] sqe, int lowDword) {
        return Integer.toUnsignedLong(Sqe.cdw(sqe, 0, lowDword))
                | (long) Sqe.cdw(sqe, 0, lowDword + 1) << 32;
    }
}
