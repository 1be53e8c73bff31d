package io.nvmetap.device.model;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.LogPageId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.StatusCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Get Log Page (NVMe Base 2.0c 5.16): 00h to 2.0 controllers, 01h, 02h, 03h, 05h. */
final class LogPages {
    /** Longest read of a log page. */
    static final long BYTES_MAX = 1 << 20;

    private static final int VERSION_2_0 = 0x2_0000;
    private static final int SUPPORTED = 1;
    private static final int CHANGES_DATA = 1 << 1;
    private static final int[] ADMIN = {
        Opcodes.ADMIN_DELETE_SQ, Opcodes.ADMIN_CREATE_SQ, Opcodes.ADMIN_GET_LOG_PAGE,
        Opcodes.ADMIN_DELETE_CQ, Opcodes.ADMIN_CREATE_CQ, Opcodes.ADMIN_IDENTIFY,
        Opcodes.ADMIN_ABORT, Opcodes.ADMIN_SET_FEATURES, Opcodes.ADMIN_GET_FEATURES,
        Opcodes.ADMIN_ASYNC_EVENT_REQUEST
    };

    private final ModelState state;
    private final DataPointer data;
    private final AsyncEvents events;
    private final CommandUnit.Counters counters;

    LogPages(
            ModelState state, DataPointer data, AsyncEvents events, CommandUnit.Counters counters) {
        this.state = state;
        this.data = data;
        this.events = events;
        this.counters = counters;
    }

    int get(Command command) {
        int lid = AdminSqe.lid(command.sqe, 0);
        boolean known =
                switch (lid) {
                    case LogPageId.SUPPORTED_LOG_PAGES -> state.profile.vs() >= VERSION_2_0;
                    case LogPageId.ERROR_INFORMATION,
                            LogPageId.SMART,
                            LogPageId.FIRMWARE_SLOT,
                            LogPageId.COMMAND_EFFECTS ->
                            true;
                    default -> false;
                };
        if (!known) {
            return StatusCode.INVALID_LOG_PAGE | StatusCode.DNR;
        }
        byte[] page = page(lid);
        long offset = AdminSqe.logOffset(command.sqe, 0);
        long bytes = AdminSqe.logLengthBytes(command.sqe, 0);
        if (offset < 0 || offset > page.length || (offset & 3) != 0 || bytes > BYTES_MAX) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        byte[] rest = Arrays.copyOfRange(page, (int) offset, page.length);
        int status = data.give(command, rest, bytes);
        if (StatusCode.success(status) && !AdminSqe.rae(command.sqe, 0)) {
            events.logRead(lid);
        }
        return status;
    }

    private byte[] page(int lid) {
        return switch (lid) {
            case LogPageId.SUPPORTED_LOG_PAGES -> supported();
            case LogPageId.ERROR_INFORMATION -> counters.errors().page();
            case LogPageId.SMART -> smart();
            case LogPageId.FIRMWARE_SLOT -> firmwareSlots();
            default -> commandEffects();
        };
    }

    private static byte[] supported() {
        byte[] page = new byte[1024];
        for (int lid : new int[] {0, 1, 2, 3, 5}) {
            page[lid * 4] = SUPPORTED;
        }
        return page;
    }

    /** Units of a thousand 512-byte blocks, rounded up (5.16.1.3). */
    private byte[] smart() {
        byte[] page = new byte[512];
        LittleEndian.put16(page, 1, 310);
        page[3] = 100;
        page[4] = 10;
        NvmCommands nvm = counters.nvm();
        LittleEndian.put64(page, 32, (nvm.readBytes() + 511_999) / 512_000);
        LittleEndian.put64(page, 48, (nvm.writtenBytes() + 511_999) / 512_000);
        LittleEndian.put64(page, 64, nvm.readCommands());
        LittleEndian.put64(page, 80, nvm.writeCommands());
        LittleEndian.put64(page, 112, 1);
        LittleEndian.put64(page, 128, state.nowNs() / 3_600_000_000_000L);
        LittleEndian.put64(page, 176, counters.errors().count());
        return page;
    }

    private byte[] firmwareSlots() {
        byte[] page = new byte[512];
        page[0] = 1;
        byte[] revision = state.profile.firmware().getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(page, 8, 16, (byte) ' ');
        System.arraycopy(revision, 0, page, 8, Math.min(8, revision.length));
        return page;
    }

    private byte[] commandEffects() {
        byte[] page = new byte[4096];
        for (int opcode : ADMIN) {
            LittleEndian.put32(page, opcode * 4, SUPPORTED);
        }
        int io = 1024;
        LittleEndian.put32(page, io + Opcodes.IO_FLUSH * 4, SUPPORTED);
        LittleEndian.put32(page, io + Opcodes.IO_READ * 4, SUPPORTED);
        LittleEndian.put32(page, io + Opcodes.IO_WRITE * 4, SUPPORTED | CHANGES_DATA);
        return page;
    }
}
