package io.nvmetap.session;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.CommandText;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The recorded controller, played back behind a driver. A command that the guest has submitted is
 * recognized by what it means, never by its CID, and answered as recorded: status, DW0, data,
 * latency, and in the recorded order. What the driver asks for itself is answered so that it can
 * live. Queues are real memory: the driver must ring, fetch and acknowledge.
 */
final class PlaybackController implements Controller, ReplayGuest.ControllerView {
    private static final long READY_NS = 50_000;
    private static final long FETCH_NS = 500;
    private static final long OWN_LATENCY_NS = 20_000;
    private static final long SPACING_NS_MAX = 100_000;
    private static final int FETCH_BATCH_MAX = 65_536;

    private final Timeline timeline;
    private final ReplayOptions options;
    private final AccessBudget budget;
    private final Perturbation perturbation;
    private final Crossing crossing;
    private final DeviceRegisters registers;
    private final DeviceInterrupts interrupts = new DeviceInterrupts();
    private final DeviceQueues queues = new DeviceQueues(interrupts);
    private final DeviceData data = new DeviceData();
    private final IdentifyPages identify;
    private final int queuesGranted;
    private final boolean longEntries;
    private final List<Submitted> waiting = new ArrayList<>();
    private final List<Submitted> recognized = new ArrayList<>();
    private final TreeMap<Long, Held> held = new TreeMap<>();
    private Witness witness = Witness.OFF;
    private String unexpected = "";
    private long posted;
    private long lastPostNs;
    private long lastRecordedNs;
    private long life;

    PlaybackController(Plan plan, int controller, ReplayOptions options, Environment with) {
        this.timeline = with.timeline;
        this.options = options;
        this.budget = with.budget;
        this.perturbation = with.straying.perturbation();
        this.crossing = with.straying.crossing();
        this.registers = new DeviceRegisters(plan, controller);
        this.identify = new IdentifyPages(plan, controller);
        this.longEntries = registers.longEntries();
        int granted = plan.facts().queuesGranted();
        this.queuesGranted = granted >= 0 ? granted : 63 << 16 | 63;
    }

    /** Tells somebody of commands and completions. */
    void witness(Witness newWitness) {
        witness = newWitness;
        queues.witness(newWitness);
    }

    /** What a controller lives in. */
    record Environment(Timeline timeline, AccessBudget budget, Straying straying) {}

    /** A command fetched whose completion is not posted. */
    private record Held(
            Submitted command, Answer answer, byte[] sqe, int sqid, long dueNs, boolean free) {}

    // ---- what the guest of the replay tells ----

    @Override
    public boolean sees() {
        return true;
    }

    @Override
    public void submitted(Submitted command) {
        waiting.add(command);
    }

    @Override
    public String unexpected() {
        return unexpected;
    }

    @Override
    public String lost() {
        return crossing.lost();
    }

    /** The guest lost or got its answer: nothing more to recognize. */
    void forgetFinished() {
        waiting.removeIf(c -> c.finished);
        recognized.removeIf(c -> c.finished);
    }

    @Override
    public void forgetAll() {
        waiting.clear();
        recognized.clear();
    }

    // ---- Controller ----

    @Override
    public void connect(GuestMemory memory, InterruptSink sink) {
        queues.connect(memory);
        data.connect(memory);
        interrupts.connect(sink);
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        budget.spend();
        if (offset == Registers.INTMS || offset == Registers.INTMC) {
            return Integer.toUnsignedLong(interrupts.mask());
        }
        return registers.read(offset, widthBytes);
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        budget.spend();
        if (Registers.isDoorbell(offset)) {
            doorbell(offset, (int) value);
            return;
        }
        int before = registers.int32(Registers.CC);
        registers.write(offset, widthBytes, value);
        if (offset == Registers.INTMS) {
            interrupts.maskSet((int) value);
            queues.level();
        } else if (offset == Registers.INTMC) {
            interrupts.maskClear((int) value);
            queues.level();
        } else if (offset == Registers.NSSR && value == Registers.NSSR_RESET) {
            reset(ResetKind.SUBSYSTEM);
        } else if (offset == Registers.CC) {
            configure(before, (int) value);
        }
    }

    private void configure(int before, int cc) {
        boolean was = Registers.ccEn(before);
        boolean is = Registers.ccEn(cc);
        if (!was && is) {
            int aqa = registers.int32(Registers.AQA);
            queues.openAdmin(
                    Registers.aqaAsqs(aqa) + 1,
                    Registers.aqaAcqs(aqa) + 1,
                    registers.int64(Registers.ASQ),
                    registers.int64(Registers.ACQ));
            later(READY_NS, () -> registers.set(Registers.CSTS, 1));
        } else if (was && !is) {
            stop();
        }
        boolean notified =
                Registers.ccShn(cc) != Registers.SHN_NONE
                        && Registers.ccShn(before) == Registers.SHN_NONE;
        if (notified) {
            later(
                    READY_NS,
                    () ->
                            registers.set(
                                    Registers.CSTS,
                                    registers.int32(Registers.CSTS)
                                            | Registers.SHST_COMPLETE << 2));
        }
    }

    private void stop() {
        life++;
        // A controller level reset clears INTMS too (NVMe Base 2.0c 3.7.2).
        interrupts.maskClear(-1);
        queues.clear();
        held.clear();
        registers.set(Registers.CSTS, 0);
    }

    /** Work that a reset forgets. */
    private void later(long delayNs, Runnable work) {
        long mine = life;
        timeline.after(
                delayNs,
                () -> {
                    if (mine == life) {
                        work.run();
                    }
                });
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        budget.spend();
        return interrupts.readTable(offset, widthBytes);
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        budget.spend();
        interrupts.writeTable(offset, widthBytes, value);
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        interrupts.mode(mode);
        queues.level();
    }

    @Override
    public void reset(ResetKind kind) {
        stop();
        registers.reset();
        interrupts.reset();
    }

    private void doorbell(long offset, int value) {
        int dstrd = registers.dstrd();
        if (!Registers.isDoorbellAligned(offset, dstrd)) {
            return;
        }
        int qid = Registers.doorbellQid(offset, dstrd);
        boolean completion = Registers.doorbellIsCompletion(offset, dstrd);
        if (crossing.loses(completion ? DoorbellKind.CQ_HEAD : DoorbellKind.SQ_TAIL, qid)) {
            return;
        }
        if (completion) {
            queues.head(qid, value);
            pump();
        } else if (queues.tail(qid, value)) {
            later(FETCH_NS, () -> fetch(qid));
        }
    }

    // ---- commands ----

    private void fetch(int sqid) {
        for (int i = 0; i < FETCH_BATCH_MAX; i++) {
            int slot = queues.slot(sqid);
            byte[] sqe = queues.fetch(sqid);
            if (sqe == null) {
                return;
            }
            received(sqid, slot, sqe);
        }
    }

    private void received(int sqid, int slot, byte[] sqe) {
        forgetFinished();
        Submitted command = Recognition.find(waiting, sqid, sqe);
        long id = witness.emitted(sqid, slot, sqe, command);
        if (command == null) {
            own(sqid, sqe, id);
            return;
        }
        waiting.remove(command);
        recognized.add(command);
        command.received = true;
        command.altered = Passed.unchanged(command.exchange.admin(), command.sqe, sqe);
        Answer answer = command.controllerAnswer();
        if (answer == null) {
            return;
        }
        long latency = Math.min(command.exchange.latencyNs(), options.latencyNsMax());
        boolean free = perturbation.on() && free(command, answer);
        long takesNs = options.scaled(latency);
        long dueNs = timeline.nowNs() + (free ? perturbation.latencyNs(takesNs) : takesNs);
        held.put(answer.at().seq(), new Held(command, answer, sqe, sqid, dueNs, free));
        later(dueNs - timeline.nowNs(), this::pump);
    }

    /** Commands of a perturbed replay that may be answered at any time and in any order. */
    private static boolean free(Submitted command, Answer answer) {
        return answer.status() == 0
                && command.exchange.latencyNs() <= Perturbation.LATENCY_NS_MAX
                && !command.exchange.admin();
    }

    /** Posts what is due, in recorded order; a full queue does not hold up the others. */
    private void pump() {
        List<Held> inOrder = new ArrayList<>(held.values());
        boolean waits = false;
        for (Held next : inOrder) {
            long dueNs = next.free ? next.dueNs : Math.max(next.dueNs, spacedNs(next.answer));
            if (next.free && dueNs > timeline.nowNs() || !next.free && waits) {
                continue;
            }
            if (dueNs > timeline.nowNs()) {
                later(dueNs - timeline.nowNs(), this::pump);
                waits = true;
                continue;
            }
            if (deletes(next) && inOrder.stream().anyMatch(h -> h.free && before(h, next))) {
                // They pump again.
                waits = true;
                continue;
            }
            boolean room = queues.room(next.sqid) || !queues.exists(next.sqid);
            if (room && held.remove(next.answer.at().seq(), next)) {
                lastPostNs = timeline.nowNs();
                lastRecordedNs = next.answer.at().timeNs();
                complete(next);
            }
        }
    }

    /** A queue ends when what was recorded on it before has been answered. */
    private static boolean deletes(Held held) {
        int opcode = Sqe.opcode(held.sqe, 0);
        return held.sqid == 0
                && (opcode == Opcodes.ADMIN_DELETE_SQ || opcode == Opcodes.ADMIN_DELETE_CQ);
    }

    private boolean before(Held one, Held other) {
        long seq = one.answer.at().seq();
        return seq < other.answer.at().seq() && held.get(seq) == one;
    }

    /** Completions keep their recorded distance, for a driver may tell which came first by it. */
    private long spacedNs(Answer next) {
        long apartNs = Math.min(next.at().timeNs() - lastRecordedNs, SPACING_NS_MAX);
        return posted == 0 ? 0 : lastPostNs + options.scaled(apartNs);
    }

    private void complete(Held next) {
        int status = next.answer.status();
        if (status == 0) {
            queuesChange(next.sqe, next.sqid);
            byte[] payload = payload(next);
            if (payload.length > 0 && next.command.exchange.fromDevice()) {
                status = data.send(next.sqe, payload, pageBytes());
                next.command.sent = payload;
                witness.sent(next.command, next.sqe, payload);
            }
        }
        next.command.postedOrder = posted++;
        DeviceQueues.Owed owed = new DeviceQueues.Owed(Owner.GUEST, next.command.commandId);
        DeviceQueues.Result result =
                new DeviceQueues.Result(status, next.answer.dw0(), next.answer.dw1());
        queues.post(next.sqid, Sqe.cid(next.sqe, 0), result, owed);
    }

    private byte[] payload(Held next) {
        byte[] captured = next.command.exchange.controllerPayload();
        boolean synthesize =
                captured.length == 0
                        && next.sqid == 0
                        && Sqe.opcode(next.sqe, 0) == Opcodes.ADMIN_IDENTIFY;
        return synthesize ? identify.page(next.sqe) : captured;
    }

    private void queuesChange(byte[] sqe, int sqid) {
        if (sqid == 0) {
            int iosqes = Registers.ccIosqes(registers.int32(Registers.CC));
            queues.apply(sqe, longEntries || iosqes == 7 ? Sqe.SIZE_LONG : Sqe.SIZE);
        }
    }

    private int pageBytes() {
        return Registers.ccPageSize(registers.int32(Registers.CC));
    }

    /** A command of the driver's own, or one that no guest sent. */
    private void own(int sqid, byte[] sqe, long id) {
        int opcode = Sqe.opcode(sqe, 0);
        if (sqid != 0) {
            unexpected = CommandText.sqe(false, sqe, 0);
        } else if (opcode == Opcodes.ADMIN_ASYNC_EVENT_REQUEST) {
            return;
        }
        // Of two commands that mean the same the driver's own may have come first and been taken
        // for the guest's: then this is the guest's, and it is owed the same answer.
        Submitted twin = sqid == 0 ? Recognition.find(recognized, sqid, sqe) : null;
        Answer same = twin == null ? null : twin.controllerAnswer();
        DeviceQueues.Owed owed = new DeviceQueues.Owed(Owner.MEDIATOR, id);
        later(OWN_LATENCY_NS, () -> answerOwn(sqid, sqe, same, owed));
    }

    private void answerOwn(int sqid, byte[] sqe, Answer same, DeviceQueues.Owed owed) {
        int status = 0;
        int dw0 = 0;
        if (sqid == 0) {
            int opcode = Sqe.opcode(sqe, 0);
            if (opcode == Opcodes.ADMIN_GET_FEATURES && same != null) {
                status = same.status();
                dw0 = same.dw0();
            } else if (opcode == Opcodes.ADMIN_IDENTIFY) {
                status = data.send(sqe, identify.page(sqe), pageBytes());
            } else if (opcode == Opcodes.ADMIN_ABORT) {
                dw0 = 1;
            } else if (AdminSqe.fid(sqe, 0) == FeatureId.NUMBER_OF_QUEUES
                    && (opcode == Opcodes.ADMIN_SET_FEATURES
                            || opcode == Opcodes.ADMIN_GET_FEATURES)) {
                dw0 = queuesGranted;
            }
            queuesChange(sqe, sqid);
        }
        queues.post(sqid, Sqe.cid(sqe, 0), new DeviceQueues.Result(status, dw0, 0), owed);
    }
}
