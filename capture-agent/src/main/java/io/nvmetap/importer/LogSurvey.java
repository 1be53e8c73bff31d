package io.nvmetap.importer;

import io.nvmetap.nvme.Registers;
import java.util.List;

/**
 * First look at a device log, line by line: when it begins, which kinds of line it has, who drives
 * the controller, and whether it mixes several controllers (QEMU's lines name none). Evidence of
 * mixing is whatever one controller cannot do; a guest's mistakes are no evidence, they are for the
 * rules.
 */
final class LogSurvey {
    /** Resets this close together, with nothing between, are one reset of two controllers. */
    static final long ONE_RESET_NS = 100_000_000L;

    /** Resets of two controllers by one reset of the machine are not further apart. */
    private static final long SAME_RESET_NS = 5_000_000L;

    private final ControllerTrack track = new ControllerTrack();
    private final EnableSigns signs = new EnableSigns();
    private final DeviceNames devices = new DeviceNames();
    private boolean untouchedSinceReset;
    private long lastResetNs = -1;
    private boolean touched;
    private boolean resetFirst;
    private boolean pairFirst;
    private boolean stateLoadedFirst;
    private boolean setUpWhileEnabled;
    private boolean completionLines;
    private boolean createCqLines;
    private boolean createSqLines;
    private boolean adminCommands;
    private boolean createCqCommands;
    private boolean createSqCommands;
    private boolean threads;
    private boolean readValues;
    private boolean cpus;
    private long aqa;
    private long cc;
    private ControllerTrack.InFlight lastCommand;
    private long line;
    private long firstWallNs = -1;
    private String byReset = "";
    private String byLife = "";
    private String byQueue = "";

    /** First wall clock, nanoseconds since 1970; -1 the log has none. */
    long firstWallNs() {
        return firstWallNs;
    }

    /** Lines carry thread ids. */
    boolean threadsSeen() {
        return threads;
    }

    /** Some lines tell the value a register read returned. */
    boolean readValuesSeen() {
        return readValues;
    }

    /** Some lines tell the index of the virtual CPU. */
    boolean cpusSeen() {
        return cpus;
    }

    /** Enabling and disabling are in the log; without it, nobody knows which queues exist. */
    boolean lifecycleSeen() {
        return track.lifecycleSeen;
    }

    /** The log tells all of how queues come and go. */
    boolean queuesTold() {
        return lifecycleSeen()
                && completionLines
                && adminCommands
                && createCqLines == createCqCommands
                && createSqLines == createSqCommands;
    }

    /** The log begins with the reset of power on, so the controller's state is known. */
    boolean fromPowerOn() {
        return resetFirst && !stateLoadedFirst && lifecycleSeen();
    }

    /**
     * @return who enabled the controller, one an enable; complete after the last line
     */
    List<String> drivers() {
        signs.close();
        return signs.drivers();
    }

    /**
     * @return "" or why the log seems to mix controllers
     */
    String mixedControllers() {
        if (!devices.several().isEmpty()) {
            return devices.several();
        }
        if (!byReset.isEmpty()) {
            return byReset;
        }
        return !byLife.isEmpty() || !queuesTold() ? byLife : byQueue;
    }

    private String suspicion(String why) {
        return "line " + line + ": " + why;
    }

    void look(LogLine l, long lineNumber) {
        line = lineNumber;
        if (l.event.isEmpty()) {
            return;
        }
        threads |= l.thread >= 0;
        firstWallNs = firstWallNs < 0 ? l.wallNs : firstWallNs;
        if (!l.event.startsWith("pci_nvme_")) {
            other(l);
            return;
        }
        if (l.event.equals("pci_nvme_pci_reset")) {
            reset(l);
            return;
        }
        nvme(l);
        touched = true;
        untouchedSinceReset = false;
    }

    private void other(LogLine l) {
        if (l.event.startsWith("memory_region_ops_") && l.args.endsWith("name 'nvme'")) {
            readValues |= l.event.equals("memory_region_ops_read");
            cpus = true;
            devices.memoryRegion(l.number("mr", -1), line);
        } else if (l.event.startsWith("pci_cfg_")) {
            devices.pciFunction(l.args, line);
        }
    }

    private void reset(LogLine l) {
        boolean together = l.wallNs < 0 || lastResetNs < 0 || l.wallNs - lastResetNs < ONE_RESET_NS;
        // Alone at power on, alone later: a kernel that reboots tries one way after the other.
        boolean later = l.wallNs >= 0 && l.wallNs - lastResetNs >= SAME_RESET_NS;
        boolean alone = resetFirst && touched && !pairFirst && later;
        if (untouchedSinceReset && together && !alone && byReset.isEmpty()) {
            byReset = suspicion("two controllers are reset at once");
        }
        pairFirst |= !touched && resetFirst;
        resetFirst |= !touched;
        untouchedSinceReset = true;
        lastResetNs = l.wallNs;
        track.disable();
    }

    private void nvme(LogLine l) {
        switch (l.event) {
            case "pci_nvme_mmio_write" ->
                    written(l, l.need("addr", Integer.MAX_VALUE), l.need("data", LogLine.ANY));
            case "pci_nvme_mmio_cfg" -> written(l, Registers.CC, l.need32("config"));
            case "pci_nvme_mmio_aqattr" -> written(l, Registers.AQA, l.need32("attributes"));
            case "pci_nvme_mmio_start_success" -> started();
            case "pci_nvme_mmio_stopped", "pci_nvme_err_startfail" -> track.stopped();
            case "pci_nvme_post_load_enter" -> stateLoaded();
            case "pci_nvme_err_ignored_mmio_vf_offline" -> devices.virtualFunction(line);
            case "pci_nvme_admin_cmd" -> {
                adminCommands = true;
                createCqCommands |= l.number("opc", -1) == 0x05;
                createSqCommands |= l.number("opc", -1) == 0x01;
                signs.adminCommand((int) l.number("opc", 0));
                command(l);
            }
            case "pci_nvme_io_cmd" -> command(l);
            case "pci_nvme_map_prp" -> signs.prp1(l.number("prp1", 0));
            case "pci_nvme_create_sq" -> {
                createSqLines = true;
                queueCommand(l, "sqid", "cqid");
            }
            case "pci_nvme_create_cq" -> {
                createCqLines = true;
                queueCommand(l, "cqid", "cqid");
            }
            case "pci_nvme_del_sq" -> queueCommand(l, "sqid", "sqid");
            case "pci_nvme_del_cq" -> queueCommand(l, "cqid", "cqid");
            case "pci_nvme_enqueue_req_completion" -> completion(l);
            default -> {
                // Says nothing about how many controllers there are.
            }
        }
    }

    private void written(LogLine l, long offset, long value) {
        if (l.bad) {
            return;
        }
        if (offset == Registers.AQA) {
            setUpWhileEnabled |= track.known && track.enabled;
            aqa = value;
        } else if (offset == Registers.CC) {
            cc = value;
            long before = track.enables;
            track.ccWritten(value);
            enabledSince(before);
        }
    }

    private void started() {
        long before = track.enables;
        if (track.started() && byLife.isEmpty()) {
            byLife =
                    suspicion(
                            setUpWhileEnabled
                                    ? "admin queues are set up and the controller is enabled while"
                                            + " it is enabled"
                                    : "the controller is enabled while it is enabled");
        }
        enabledSince(before);
    }

    private void enabledSince(long before) {
        if (track.enables != before) {
            signs.enabled(aqa, cc);
            setUpWhileEnabled = false;
        }
    }

    private void stateLoaded() {
        stateLoadedFirst |= !track.lifecycleSeen;
        track.unknown();
    }

    private void command(LogLine l) {
        int sqid = l.need16("sqid");
        int cid = l.need16("cid");
        int opcode = (int) l.need("opc", 0xFF);
        if (l.bad) {
            return;
        }
        if (track.known && track.lifecycleSeen && !track.enabled && byLife.isEmpty()) {
            byLife = suspicion("a command is fetched while the controller is disabled");
        } else if (track.known && track.enabled && !track.hasSq(sqid) && byQueue.isEmpty()) {
            byQueue =
                    suspicion(
                            "a command is fetched from submission queue "
                                    + sqid
                                    + ", which does not exist");
        }
        lastCommand = new ControllerTrack.InFlight(0, sqid, cid, opcode);
        track.begin(lastCommand);
    }

    private void queueCommand(LogLine l, String key, String cqKey) {
        int queue = l.need16(key);
        int cqid = l.need16(cqKey);
        if (!l.bad && lastCommand != null) {
            lastCommand.queue = queue;
            lastCommand.queueCq = cqid;
        }
    }

    private void completion(LogLine l) {
        completionLines = true;
        int status = l.need16("status");
        ControllerTrack.InFlight done = track.take(l.need16("cqid"), l.need16("cid"));
        if (l.bad || done == null) {
            return;
        }
        String impossible = (status & 0x7FF) == 0 ? track.impossible(done) : "";
        if (!impossible.isEmpty() && byQueue.isEmpty()) {
            byQueue = suspicion(impossible);
        }
        track.complete(done, status);
    }
}
