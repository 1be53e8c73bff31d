package io.nvmetap.device.model;

import io.nvmetap.nvme.DataLength;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * Takes a fetched command through its time: refuses what is too long, waits as long as the
 * controller takes, then has it done and completed.
 */
final class CommandUnit implements QueueTable.Unit {
    /** Answer of a command that ends by something else than its own time. */
    static final int LATER = -1;

    private static final long LATE_NS = 5_001_000_000L;
    private static final long STRIPE_BYTES = 128 << 10;
    private static final int CROSSING_FACTOR = 3;

    private final ModelState state;
    private final QueueTable queues;
    private final AsyncEvents events;
    private final AdminCommands admin;
    private final NvmCommands nvm;
    private final ErrorLog errors = new ErrorLog();
    private final BufferUse buffers;

    CommandUnit(ModelState state, QueueTable queues, AsyncEvents events) {
        this.state = state;
        this.queues = queues;
        this.events = events;
        DataPointer data = new DataPointer(state);
        this.nvm = new NvmCommands(state, data);
        this.admin = new AdminCommands(state, queues, events, data, new Counters(errors, nvm));
        this.buffers = new BufferUse(state);
    }

    /** The log pages' sources. */
    record Counters(ErrorLog errors, NvmCommands nvm) {}

    /** At every controller reset. */
    void reset() {
        events.clear();
        admin.reset();
        buffers.clear();
        state.power.reset();
    }

    @Override
    public void begin(Command command) {
        command.dataBytes =
                DataLength.of(command.admin(), command.sqe, 0, Sqe.KNOWN_ALL, blockBytes(command));
        if (!command.admin() && state.faults.strikesOnce(ControllerFault.COMMAND_STALL)) {
            swallow(command, ControllerFault.COMMAND_STALL);
            return;
        }
        if (command.admin()
                && state.faults.strikesFirst(ControllerFault.HOST_REQUEST_WAITS_FOR_EVER)) {
            swallow(command, ControllerFault.HOST_REQUEST_WAITS_FOR_EVER);
            return;
        }
        if (command.admin() && admin.forgets(command)) {
            swallow(command, ControllerFault.IDENTIFY_CNS_UNSUPPORTED);
            return;
        }
        if (command.dataBytes > state.profile.transferBytesMax()
                && state.faults.has(ControllerFault.MDTS_EXCEEDED)) {
            swallow(command, ControllerFault.MDTS_EXCEEDED);
            return;
        }
        if (state.has(Quirk.BUFFER_REUSE_STALL) && !command.admin() && buffers.reused(command)) {
            queues.stall(command.sq);
            swallow(command, ControllerFault.APPLE_BUFFER_REUSE_STALL);
            return;
        }
        if (state.faults.has(ControllerFault.APPLE2001_FLUSH_WITH_DEPTH) && crowdedFlush(command)) {
            String id = ControllerFault.APPLE2001_FLUSH_WITH_DEPTH.id();
            state.die(id, command.sq.id, command.cid());
            return;
        }
        if (command.opcode() == Opcodes.IO_WRITE && !command.admin()) {
            state.wear.written(command.dataBytes);
        }
        long sleptNs = waits(command) ? 0 : state.power.beginNs();
        boolean late =
                !command.admin() && state.faults.strikesOnce(ControllerFault.FW_TIMEOUT_FULL_RESET);
        state.later(late ? LATE_NS : sleptNs + latencyNs(command), () -> end(command));
    }

    private boolean crowdedFlush(Command command) {
        long ios =
                queues.sqs.values().stream()
                        .mapToLong(q -> q.id == 0 ? 0 : q.inFlight.size())
                        .sum();
        return !command.admin() && command.opcode() == Opcodes.IO_FLUSH && ios > 1;
    }

    @Override
    public void ended(Command command) {
        if (!waits(command)) {
            state.power.ended();
        }
        buffers.release(command);
    }

    /** It waits for an event and keeps nobody awake. */
    private static boolean waits(Command command) {
        return command.admin() && command.opcode() == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
    }

    private void swallow(Command command, ControllerFault fault) {
        state.observer.struck(state.nowNs(), fault.id(), command.sq.id, command.cid());
        queues.forget(command);
    }

    private void end(Command command) {
        if (command.done || !state.working()) {
            return;
        }
        int status = execute(command);
        if (status == LATER) {
            return;
        }
        if (!StatusCode.success(status)) {
            errors.add(command, status);
        }
        queues.complete(command, status);
    }

    private int execute(Command command) {
        if (command.dataBytes > state.profile.transferBytesMax()
                || Sqe.fuse(command.sqe, 0) != Sqe.FUSE_NORMAL) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        if (!command.admin() && state.has(Quirk.SET_TIME_FIRST) && !admin.timeSet()) {
            return StatusCode.COMMAND_SEQUENCE_ERROR | StatusCode.DNR;
        }
        return command.admin() ? admin.execute(command) : nvm.execute(command);
    }

    /** Under the fault: first and last byte lie in different stripes of the namespace. */
    private boolean crosses(Command command) {
        boolean moves = command.opcode() == Opcodes.IO_READ || command.opcode() == Opcodes.IO_WRITE;
        if (!moves || !state.faults.has(ControllerFault.STRIPE_OR_DEPTH_MISMATCH)) {
            return false;
        }
        long first = NvmSqe.slba(command.sqe, 0) * blockBytes(command);
        return first / STRIPE_BYTES != (first + command.dataBytes - 1) / STRIPE_BYTES;
    }

    private int blockBytes(Command command) {
        NamespaceStore store = state.namespace(Sqe.nsid(command.sqe, 0));
        return store == null ? 0 : store.blockBytes();
    }

    private long latencyNs(Command command) {
        LatencyModel latency = state.profile.latency();
        if (command.admin()) {
            return latency.adminNs();
        }
        long kib =
                Math.min(Math.max(command.dataBytes, 0), state.profile.transferBytesMax()) / 1024;
        long jitter = latency.jitterNs() > 0 ? state.jitter.nextLong(latency.jitterNs() + 1) : 0;
        long ns = state.wear.scale(latency.baseNs() + kib * latency.perKibNs() + jitter);
        return crosses(command) ? ns * CROSSING_FACTOR : ns;
    }
}
