package io.nvmetap.importer;

import io.nvmetap.nvme.Registers;

/**
 * First look at a device log, line by line: when it begins, what it shows, and whether it mixes
 * several controllers (QEMU's lines name none). Evidence of mixing is whatever one controller
 * cannot do.
 */
final class LogSurvey {
    private final ControllerTrack track = new ControllerTrack();
    private int resetsBeforeAccess;
    private boolean accessed;
    private boolean startsSeen;
    private boolean enabledByStart;
    private long addressWriteLine;
    private ControllerTrack.InFlight lastAdmin;
    private long line;
    private String mixed = "";

    /** First wall clock, nanoseconds since 1970; -1 the log has none. */
    long firstWallNs = -1;

    boolean threadsSeen;
    boolean registerValuesSeen;

    /** The log begins with the reset of power on, so the controller's state is known. */
    boolean fromPowerOn;

    /** Number of enables, to end the survey's answer. */
    int enables;

    /**
     * @return "" or why the log seems to mix controllers
     */
    String mixedControllers() {
        return mixed;
    }

    private void suspect(String why) {
        if (mixed.isEmpty()) {
            mixed = "line " + line + ": " + why;
        }
    }

    void look(LogLine l, long lineNumber) {
        line = lineNumber;
        if (firstWallNs < 0 && l.wallNs >= 0 && !l.event.isEmpty()) {
            firstWallNs = l.wallNs;
        }
        threadsSeen |= l.thread >= 0;
        switch (l.event) {
            case "pci_nvme_pci_reset" -> reset();
            case "pci_nvme_mmio_read" -> accessed = true;
            case "memory_region_ops_read" -> registerValuesSeen |= l.args.endsWith("name 'nvme'");
            case "pci_nvme_mmio_write" -> write(l);
            case "pci_nvme_mmio_start_success" -> start();
            case "pci_nvme_mmio_stopped" -> {
                track.forget(true);
                enabledByStart = false;
            }
            case "pci_nvme_admin_cmd", "pci_nvme_io_cmd" -> command(l);
            case "pci_nvme_create_sq" -> create(l, "sqid", (int) l.number("cqid", -1));
            case "pci_nvme_create_cq" -> create(l, "cqid", -1);
            case "pci_nvme_del_sq" -> create(l, "sqid", -1);
            case "pci_nvme_del_cq" -> create(l, "cqid", -1);
            case "pci_nvme_enqueue_req_completion" -> completion(l);
            default -> {
                // Says nothing about how many controllers there are.
            }
        }
    }

    private void reset() {
        if (!accessed) {
            fromPowerOn = true;
            if (++resetsBeforeAccess == 2) {
                suspect("two controllers are reset at power on");
            }
        }
        track.forget(true);
        enabledByStart = false;
    }

    private void write(LogLine l) {
        accessed = true;
        long offset = l.number("addr", -1);
        if (enabledByStart && track.known && (offset == Registers.AQA || offset == Registers.ASQ)) {
            addressWriteLine = line;
        }
        if (offset == Registers.CC && !Registers.ccEn((int) l.number("data", 0))) {
            track.forget(true);
            enabledByStart = false;
        }
    }

    private void start() {
        if (startsSeen && enabledByStart) {
            suspect(
                    addressWriteLine > 0
                            ? "admin queues are set up and the controller is enabled while it is"
                                    + " enabled"
                            : "the controller is enabled while it is enabled");
        }
        startsSeen = true;
        enabledByStart = true;
        enables++;
        track.enable();
    }

    private void command(LogLine l) {
        int sqid = (int) l.number("sqid", 0);
        int cid = (int) l.number("cid", -1);
        if (track.known && !track.enabled) {
            suspect("a command is fetched while the controller is disabled");
        } else if (track.known && startsSeen && !track.hasSq(sqid)) {
            suspect(
                    "a command is fetched from submission queue "
                            + sqid
                            + ", which does not exist");
        }
        ControllerTrack.InFlight c =
                new ControllerTrack.InFlight(0, sqid, cid, (int) l.number("opc", 0));
        if (track.begin(c) != null) {
            suspect("command " + cid + " of submission queue " + sqid + " is in flight twice");
        }
        lastAdmin = sqid == 0 ? c : null;
    }

    private void create(LogLine l, String key, int cqid) {
        if (lastAdmin != null) {
            lastAdmin.queue = (int) l.number(key, -1);
            lastAdmin.queueCq = cqid;
        }
    }

    private void completion(LogLine l) {
        int cqid = (int) l.number("cqid", -1);
        int status = (int) l.number("status", 0);
        boolean sqs = false;
        boolean cqs = false;
        ControllerTrack.InFlight peek = lastAdmin;
        if (peek != null && peek.queue >= 0 && peek.cid == l.number("cid", -1) && cqid == 0) {
            sqs = peek.opcode == 0x01 && track.hasSq(peek.queue);
            cqs = peek.opcode == 0x05 && track.hasCq(peek.queue);
        }
        if (track.known && track.enabled && (status & 0x7FF) == 0 && (sqs || cqs)) {
            suspect("queue " + peek.queue + " is created although it exists");
        }
        track.end(cqid, (int) l.number("cid", -1), status);
    }
}
