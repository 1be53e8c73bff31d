package io.nvmetap.importer;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Second pass: each line becomes an event, part of one, or a count. */
final class QemuLogTranslator {
    /** Unknown names counted one by one. */
    static final int UNPARSED_NAMES_MAX = 1_000;

    private final EventStream stream;
    private final RegisterLines registers;
    private final ControllerTrack track = new ControllerTrack();
    private final TraceEventNames names = new TraceEventNames();
    private final SortedMap<String, Long> unparsed = new TreeMap<>();
    private final Map<Integer, Integer> shadowValues = new HashMap<>();
    private final List<String> firmware = new ArrayList<>();
    private final byte[] sqe = new byte[Sqe.SIZE];
    private final byte[] cqe = new byte[Cqe.SIZE];
    private final LogSurvey survey;
    private final boolean mediated;
    private ControllerTrack.InFlight open;
    private long commandIds;
    private long nowNs;
    private long aqa;
    private boolean firstAdminDue;
    private boolean accessed;
    private long foreign;
    private long folded;
    private long ghosts;

    QemuLogTranslator(EventStream stream, LogSurvey survey, String mediatorName) {
        this.stream = stream;
        this.survey = survey;
        this.mediated = !mediatorName.isEmpty();
        this.registers = new RegisterLines(stream);
    }

    void begin(CaptureStarted header) {
        stream.put(stream.scratch().asCaptureStarted(header), 0, -1);
        track.known = survey.fromPowerOn;
        if (survey.firstWallNs < 0) {
            note("importer", "the log has no timestamps: times count its lines, 1 us each");
        }
    }

    ImportReport end(long lines) {
        registers.release();
        stream.close();
        long events = stream.events() + 1;
        stream.put(stream.scratch().asCaptureEnded(events, 0, "end of the log"), nowNs, -1);
        return new ImportReport(
                lines,
                events,
                foreign,
                folded,
                ghosts,
                unparsed,
                survey.mixedControllers(),
                List.copyOf(firmware));
    }

    void line(LogLine l, long number) {
        if (l.event.isEmpty()) {
            foreign++;
            return;
        }
        if (survey.firstWallNs < 0) {
            nowNs = number * 1_000;
        } else if (l.wallNs >= 0) {
            nowNs = Math.max(nowNs, l.wallNs - survey.firstWallNs);
        }
        if (l.event.startsWith("memory_region_ops_")) {
            memoryRegion(l);
            return;
        }
        registers.release();
        if (!l.event.startsWith("pci_nvme_")) {
            foreign++;
        } else if (!mmio(l) && !command(l) && !deviceThread(l)) {
            other(l);
        }
    }

    private void memoryRegion(LogLine l) {
        if (!l.args.endsWith("name 'nvme'")) {
            registers.release();
            foreign++;
        } else if (l.event.equals("memory_region_ops_read")) {
            if (registers.readValue(l)) {
                folded++;
            } else {
                foreign++;
            }
        } else {
            registers.release();
            registers.cpuOfWrite(l);
            folded++;
        }
    }

    private boolean mmio(LogLine l) {
        switch (l.event) {
            case "pci_nvme_mmio_read" -> {
                accessed = true;
                registers.read(l, nowNs);
            }
            case "pci_nvme_mmio_write" -> {
                accessed = true;
                controllerWrite(l.number("addr", -1), l.number("data", 0));
                registers.write(l, nowNs);
            }
            case "pci_nvme_mmio_cfg" -> decoded(l, Registers.CC, l.number("config", 0));
            case "pci_nvme_mmio_aqattr" -> decoded(l, Registers.AQA, l.number("attributes", 0));
            case "pci_nvme_mmio_asqaddr" -> decoded(l, Registers.ASQ, l.number("address", 0));
            case "pci_nvme_mmio_acqaddr" -> decoded(l, Registers.ACQ, l.number("address", 0));
            case "pci_nvme_mmio_asqaddr_hi" -> decoded(l, Registers.ASQ_HIGH, l.number("half", 0));
            case "pci_nvme_mmio_acqaddr_hi" -> decoded(l, Registers.ACQ_HIGH, l.number("half", 0));
            case "pci_nvme_mmio_intm_set" -> decoded(l, Registers.INTMS, l.number("data", 0));
            case "pci_nvme_mmio_intm_clr" -> decoded(l, Registers.INTMC, l.number("data", 0));
            case "pci_nvme_mmio_doorbell_sq" ->
                    doorbell(l, (int) l.number("sqid", 0), false, l.number("new_tail", 0));
            case "pci_nvme_mmio_doorbell_cq" ->
                    doorbell(l, (int) l.number("cqid", 0), true, l.number("new_head", 0));
            case "pci_nvme_mmio_stopped",
                    "pci_nvme_mmio_shutdown_set",
                    "pci_nvme_mmio_shutdown_cleared" ->
                    folded++;
            case "pci_nvme_mmio_start_success" -> {
                folded++;
                enabled();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void doorbell(LogLine l, int qid, boolean cq, long value) {
        decoded(l, Registers.doorbellOffset(qid, cq, 0), value);
    }

    private void decoded(LogLine l, long offset, long value) {
        if (registers.decoded(l, offset, value, nowNs)) {
            folded++;
        } else {
            controllerWrite(offset, value);
        }
    }

    private void controllerWrite(long offset, long value) {
        if (offset == Registers.AQA) {
            aqa = value;
        } else if (offset == Registers.CC && !Registers.ccEn((int) value)) {
            stream.close();
            track.forget(true);
            shadowValues.clear();
        }
    }

    private void enabled() {
        track.enable();
        firstAdminDue = true;
    }

    private boolean command(LogLine l) {
        boolean admin = l.event.equals("pci_nvme_admin_cmd");
        if (!admin && !l.event.equals("pci_nvme_io_cmd")) {
            return false;
        }
        stream.close();
        int sqid = (int) l.number("sqid", 0);
        int cid = (int) l.number("cid", 0);
        int opcode = (int) l.number("opc", 0);
        java.util.Arrays.fill(sqe, (byte) 0);
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid);
        CapturedEvent c = stream.command();
        long known = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID;
        if (!admin) {
            Sqe.putNsid(sqe, 0, l.number("nsid", 0));
            known |= Sqe.KNOWN_NSID;
        }
        open = new ControllerTrack.InFlight(commandIds++, sqid, cid, opcode);
        track.begin(open);
        c.asCommand(EventKind.COMMAND_EMITTED, sqid, -1, sqe, 0, Sqe.SIZE);
        c.known = known;
        c.owned(mediated ? Owner.UNKNOWN : Owner.GUEST, open.commandId);
        stream.open(nowNs, admin ? () -> firstAdmin(opcode) : () -> {});
        return true;
    }

    private void firstAdmin(int opcode) {
        if (!firstAdminDue) {
            return;
        }
        firstAdminDue = false;
        String who = FirmwareGuess.of(aqa, opcode, Sqe.prp1(stream.command().entry, 0));
        if (firmware.isEmpty() || !firmware.get(firmware.size() - 1).equals(who)) {
            firmware.add(who);
        }
        note("firmware", who);
    }

    private boolean deviceThread(LogLine l) {
        if (stream.isOpen() && CommandDetails.apply(l, stream.command(), open)) {
            folded++;
            return true;
        }
        switch (l.event) {
            case "pci_nvme_enqueue_req_completion" -> completion(l);
            case "pci_nvme_irq_msix" -> interrupt((int) l.number("vector", 0), InterruptKind.MSIX);
            case "pci_nvme_irq_pin" -> interrupt(0, InterruptKind.INTX);
            case "pci_nvme_pci_reset" -> reset();
            case "pci_nvme_shadow_doorbell_sq" ->
                    shadow(l, ShadowCell.DOORBELL, DoorbellKind.SQ_TAIL, "new_shadow_doorbell");
            case "pci_nvme_update_sq_tail" ->
                    shadow(l, ShadowCell.DOORBELL, DoorbellKind.SQ_TAIL, "new_tail");
            case "pci_nvme_shadow_doorbell_cq" ->
                    shadow(l, ShadowCell.DOORBELL, DoorbellKind.CQ_HEAD, "new_shadow_doorbell");
            case "pci_nvme_update_cq_head" ->
                    shadow(l, ShadowCell.DOORBELL, DoorbellKind.CQ_HEAD, "new_head");
            case "pci_nvme_eventidx_sq", "pci_nvme_update_sq_eventidx" ->
                    shadow(l, ShadowCell.EVENT_IDX, DoorbellKind.SQ_TAIL, "new_eventidx");
            case "pci_nvme_eventidx_cq", "pci_nvme_update_cq_eventidx" ->
                    shadow(l, ShadowCell.EVENT_IDX, DoorbellKind.CQ_HEAD, "new_eventidx");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void completion(LogLine l) {
        stream.close();
        int cid = (int) l.number("cid", 0);
        int cqid = (int) l.number("cqid", 0);
        int status = (int) l.number("status", 0);
        if (track.known && !track.hasCq(cqid)) {
            ghosts++;
            note(
                    "ghost",
                    "command "
                            + cid
                            + " of completion queue "
                            + cqid
                            + " finished in the emulator after the queue was gone; no CQE");
            return;
        }
        ControllerTrack.InFlight f = track.end(cqid, cid, status);
        Cqe.putDw0(cqe, 0, (int) l.number("dw0", 0));
        Cqe.putDw1(cqe, 0, (int) l.number("dw1", 0));
        Cqe.putSqid(cqe, 0, f == null ? 0 : f.sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, status, 0);
        CapturedEvent e = stream.scratch();
        e.asCompletion(EventKind.COMPLETION_SEEN, cqid, -1, cqe, 0);
        e.known = Cqe.KNOWN_DW0 | Cqe.KNOWN_DW1 | Cqe.KNOWN_CID | Cqe.KNOWN_STATUS;
        e.known |= f == null ? 0 : Cqe.KNOWN_SQID;
        e.owned(mediated ? Owner.UNKNOWN : Owner.GUEST, f == null ? -1 : f.commandId);
        stream.put(e, nowNs, -1);
    }

    private void interrupt(int vector, InterruptKind kind) {
        CapturedEvent e = stream.scratch();
        e.asInterrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, kind, "");
        stream.put(e, nowNs, -1);
    }

    private void reset() {
        ResetKind kind = accessed ? ResetKind.UNKNOWN : ResetKind.MACHINE;
        stream.put(stream.scratch().asReset(Side.DEVICE, kind, Edge.BEGIN), nowNs, -1);
        stream.put(stream.scratch().asReset(Side.DEVICE, kind, Edge.END), nowNs, -1);
        track.forget(true);
        shadowValues.clear();
    }

    private void shadow(LogLine l, ShadowCell cell, DoorbellKind which, String key) {
        boolean sq = which == DoorbellKind.SQ_TAIL;
        int qid = (int) l.number(sq ? "sqid" : "cqid", 0);
        int value = (int) l.number(key, 0);
        int slot = qid << 2 | (sq ? 0 : 2) | (cell == ShadowCell.DOORBELL ? 0 : 1);
        Integer before = shadowValues.put(slot, value);
        if (before != null && before == value) {
            stream.close();
            folded++;
            return;
        }
        CapturedEvent e = stream.scratch().asShadow(Side.DEVICE, cell, which, qid, value);
        e.flag = cell == ShadowCell.EVENT_IDX;
        stream.put(e, nowNs, -1);
    }

    private void other(LogLine l) {
        boolean remark = l.event.startsWith("pci_nvme_err_") || l.event.startsWith("pci_nvme_ub_");
        if (!names.knows(l.event)) {
            if (unparsed.size() < UNPARSED_NAMES_MAX || unparsed.containsKey(l.event)) {
                unparsed.merge(l.event, 1L, Long::sum);
            }
        } else if (remark) {
            CapturedEvent e = stream.scratch();
            String text = l.event.substring("pci_nvme_".length()) + ": " + l.args;
            stream.putBeside(e.asAnnotation("qemu", text), nowNs, -1);
        } else {
            folded++;
        }
    }

    private void note(String author, String text) {
        CapturedEvent e = stream.scratch();
        e.asAnnotation(author, text);
        stream.putBeside(e, nowNs, -1);
    }
}
