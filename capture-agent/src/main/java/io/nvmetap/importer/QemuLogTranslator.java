package io.nvmetap.importer;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.FirmwareGuess;
import io.nvmetap.nvme.Registers;
import java.util.SortedMap;
import java.util.TreeMap;

/** Second pass: each line becomes an event, part of one, or a count. */
final class QemuLogTranslator {
    /** Unknown names counted one by one; more are counted together. */
    static final int UNPARSED_NAMES_MAX = 1_000;

    /** Characters of an unknown name kept. */
    static final int NAME_CHARS_MAX = 100;

    private static final String PREFIX = "pci_nvme_";
    private static final int MSIX_VECTOR_MAX = 2047;

    private final EventStream stream;
    private final LogSurvey survey;
    private final ControllerTrack track = new ControllerTrack();
    private final TraceEventNames names = new TraceEventNames();
    private final RegisterLines registers;
    private final ConfigLines config;
    private final ShadowLines shadow;
    private final CommandLines commands;
    private final SortedMap<String, Long> unparsed = new TreeMap<>();
    private long nowNs;
    private boolean touched;
    private long foreign;
    private long unused;
    private long folded;

    QemuLogTranslator(EventStream stream, LogSurvey survey, boolean mediated) {
        this.stream = stream;
        this.survey = survey;
        registers = new RegisterLines(stream, survey.cpusSeen());
        config = new ConfigLines(stream);
        shadow = new ShadowLines(stream);
        Owner owner = mediated ? Owner.UNKNOWN : Owner.GUEST;
        commands = new CommandLines(stream, track, shadow, survey.queuesTold(), owner);
    }

    void begin(CaptureStarted header) {
        stream.put(stream.scratch().asCaptureStarted(header), 0, -1);
        if (survey.firstWallNs() < 0) {
            stream.note("importer", "no timestamps in the log: times count lines, 1 us each", 0);
        }
        if (!survey.lifecycleSeen()) {
            stream.note("importer", "no writes of CC in the log: enables are not known", 0);
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
                unused,
                folded,
                commands.ghosts(),
                commands.unmatched(),
                unparsed,
                survey.mixedControllers(),
                survey.drivers());
    }

    /** The last line has no end and may have lost digits. */
    void cutLine() {
        foreign++;
        registers.release();
        stream.note("importer", "the log was cut off in its last line, which is left out", nowNs);
    }

    void line(LogLine l, long number) {
        if (l.event.isEmpty()) {
            foreign++;
            return;
        }
        if (survey.firstWallNs() < 0) {
            nowNs = number * 1_000;
        } else if (l.wallNs >= 0) {
            nowNs = Math.max(nowNs, l.wallNs - survey.firstWallNs());
        }
        if (!l.event.startsWith(PREFIX)) {
            elsewhere(l);
            return;
        }
        registers.release();
        config.forget();
        if (l.event.equals("pci_nvme_pci_reset")) {
            reset();
            return;
        }
        nvme(l);
        touched = true;
        if (l.bad) {
            countUnparsed(l.event);
        }
    }

    private void nvme(LogLine l) {
        if (mmio(l) || lifecycle(l)) {
            return;
        }
        if (commands.detail(l)) {
            folded++;
            return;
        }
        switch (shadow.line(l, nowNs)) {
            case REPEATED -> folded++;
            case NOT_SHADOW -> executed(l);
            default -> {
                // An event of its own, or damaged.
            }
        }
    }

    /** Lines of other traces: register values, PCI configuration, other devices. */
    private void elsewhere(LogLine l) {
        boolean ours = l.args.endsWith("name 'nvme'");
        if (l.event.equals("memory_region_ops_read") && ours) {
            count(registers.readValue(l));
            return;
        }
        registers.release();
        if (l.event.equals("memory_region_ops_write") && ours) {
            registers.cpuOfWrite(l);
            folded++;
        } else if (l.event.equals("pci_cfg_write")) {
            config.write(l, nowNs);
            unused++;
        } else if (l.event.equals("msix_write_config") && config.messageControl(l)) {
            unused--;
            folded++;
        } else {
            unused++;
        }
    }

    private void count(boolean used) {
        if (used) {
            folded++;
        } else {
            unused++;
        }
    }

    private boolean mmio(LogLine l) {
        switch (l.event) {
            case "pci_nvme_mmio_read" -> {
                long offset = l.need("addr", Integer.MAX_VALUE);
                int width = (int) l.need("size", 8);
                if (!l.bad) {
                    registers.read(l, offset, width, nowNs);
                }
            }
            case "pci_nvme_mmio_write" -> written(l);
            case "pci_nvme_mmio_cfg" -> decoded(l, Registers.CC, "config");
            case "pci_nvme_mmio_aqattr" -> decoded(l, Registers.AQA, "attributes");
            case "pci_nvme_mmio_asqaddr" -> decoded(l, Registers.ASQ, "address");
            case "pci_nvme_mmio_acqaddr" -> decoded(l, Registers.ACQ, "address");
            case "pci_nvme_mmio_asqaddr_hi" -> decoded(l, Registers.ASQ_HIGH, "half");
            case "pci_nvme_mmio_acqaddr_hi" -> decoded(l, Registers.ACQ_HIGH, "half");
            case "pci_nvme_mmio_intm_set" -> decoded(l, Registers.INTMS, "data");
            case "pci_nvme_mmio_intm_clr" -> decoded(l, Registers.INTMC, "data");
            case "pci_nvme_mmio_doorbell_sq" -> doorbell(l, "sqid", "new_tail");
            case "pci_nvme_mmio_doorbell_cq" -> doorbell(l, "cqid", "new_head");
            default -> {
                return false;
            }
        }
        return true;
    }

    private void written(LogLine l) {
        long offset = l.need("addr", Integer.MAX_VALUE);
        long value = l.need("data", LogLine.ANY);
        int width = (int) l.need("size", 8);
        if (!l.bad) {
            beforeWrite(offset);
            registers.write(l, offset, value, width, nowNs);
            afterWrite(offset, value);
        }
    }

    private void doorbell(LogLine l, String queue, String key) {
        int qid = l.need16(queue);
        long offset = Registers.doorbellOffset(qid, queue.equals("cqid"), 0);
        decoded(l, offset, key);
    }

    private void decoded(LogLine l, long offset, String key) {
        long value = l.need(key, LogLine.ANY);
        if (l.bad) {
            return;
        }
        if (registers.decoded(l, offset, value, nowNs)) {
            folded++;
        } else {
            afterWrite(offset, value);
        }
    }

    private void beforeWrite(long offset) {
        if (offset == Registers.CC) {
            stream.close();
        }
    }

    private void afterWrite(long offset, long value) {
        if (offset == Registers.CC) {
            long before = track.enables;
            track.ccWritten(value);
            lived(before);
        }
    }

    /** Lines that tell whether the controller is enabled. */
    private boolean lifecycle(LogLine l) {
        long before = track.enables;
        switch (l.event) {
            case "pci_nvme_mmio_start_success" -> {
                track.started();
                folded++;
            }
            case "pci_nvme_mmio_stopped" -> {
                track.stopped();
                folded++;
            }
            case "pci_nvme_err_startfail" -> {
                track.stopped();
                remark(l);
            }
            case "pci_nvme_post_load_enter" -> {
                track.unknown();
                stream.put(
                        stream.scratch().asStateSnapshot(Side.DEVICE, LiveState.UNKNOWN),
                        nowNs,
                        -1);
            }
            default -> {
                return false;
            }
        }
        lived(before);
        return true;
    }

    private void lived(long enablesBefore) {
        if (!track.enabled) {
            shadow.forgetAll();
        }
        if (track.enables != enablesBefore) {
            shadow.forgetAll();
            int n = (int) Math.min(track.enables, Integer.MAX_VALUE);
            boolean told = n <= survey.drivers().size();
            String who = told ? survey.drivers().get(n - 1) : FirmwareGuess.UNKNOWN;
            stream.note("firmware", who, nowNs);
        }
    }

    /** Lines of the thread that executes commands. */
    private void executed(LogLine l) {
        switch (l.event) {
            case "pci_nvme_admin_cmd" -> commands.fetched(l, true, nowNs);
            case "pci_nvme_io_cmd" -> commands.fetched(l, false, nowNs);
            case "pci_nvme_enqueue_req_completion" -> commands.completed(l, nowNs);
            case "pci_nvme_irq_msix" -> {
                int vector = (int) l.need("vector", MSIX_VECTOR_MAX);
                if (!l.bad) {
                    interrupt(vector, InterruptKind.MSIX);
                }
            }
            case "pci_nvme_irq_pin" -> interrupt(0, InterruptKind.INTX);
            default -> other(l);
        }
    }

    private void interrupt(int vector, InterruptKind kind) {
        CapturedEvent e = stream.scratch();
        e.asInterrupt(EventKind.INTERRUPT_RAISED, Side.DEVICE, vector, kind, "");
        stream.put(e, nowNs, -1);
    }

    /** QEMU's words say Function Level Reset whatever the reset was. */
    private void reset() {
        ResetKind kind = touched ? ResetKind.UNKNOWN : ResetKind.MACHINE;
        stream.put(stream.scratch().asReset(Side.DEVICE, kind, Edge.BEGIN), nowNs, -1);
        stream.put(stream.scratch().asReset(Side.DEVICE, kind, Edge.END), nowNs, -1);
        track.disable();
        shadow.forgetAll();
        if (!survey.lifecycleSeen()) {
            // Nothing will tell when it is enabled again.
            CapturedEvent e = stream.scratch().asStateSnapshot(Side.DEVICE, LiveState.UNKNOWN);
            stream.put(e, nowNs, -1);
            track.unknown();
        }
    }

    private void other(LogLine l) {
        if (!names.knows(l.event)) {
            countUnparsed(l.event);
        } else if (l.event.startsWith("pci_nvme_err_") || l.event.startsWith("pci_nvme_ub_")) {
            remark(l);
        } else {
            folded++;
        }
    }

    private void remark(LogLine l) {
        stream.note("qemu", l.event.substring(PREFIX.length()) + ": " + l.args, nowNs);
    }

    private void countUnparsed(String event) {
        String name = event.length() > NAME_CHARS_MAX ? event.substring(0, NAME_CHARS_MAX) : event;
        boolean room = unparsed.size() < UNPARSED_NAMES_MAX || unparsed.containsKey(name);
        unparsed.merge(room ? name : "(others)", 1L, Long::sum);
    }
}
