package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import java.io.Serializable;

/**
 * What the device side was told of sleeping when idle: Set Features 0Ch and its table, and the
 * latencies of the power states in Identify (NVMe Base 2.0, 5.27.1.12 and 5.17.2.1).
 */
final class SleepTable implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int STATES = 32;
    private static final int TABLE_BYTES = 8 * STATES;
    private static final long NS_PER_US = 1_000;
    private static final long NS_PER_MS = 1_000_000;

    private final long[] statedUs = new long[STATES];
    private boolean on;
    private long sinceNs;
    private boolean tableKnown;
    private long idleMs;
    private long targets;
    private long asked = -1;
    private long identified = -1;

    void forget() {
        on = false;
        tableKnown = false;
        asked = -1;
        identified = -1;
    }

    /** Looks at what the device side is told. */
    void note(History h, CapturedEvent e) {
        if (e.side == Side.DEVICE && (h.facts.enabled || h.facts.disabled)) {
            forget();
        }
        Command c = h.facts.command;
        if (e.kind == EventKind.COMMAND_EMITTED && c != null && c.admin() && c.cdw10Known) {
            emitted(c);
        } else if (e.kind == EventKind.PAYLOAD && e.side == Side.DEVICE) {
            payload(e);
        } else if (e.kind == EventKind.COMPLETION_SEEN && c != null && c.admin()) {
            boolean apst =
                    c.opcode == Opcodes.ADMIN_SET_FEATURES
                            && (c.cdw10 & 0xFF) == FeatureId.AUTONOMOUS_POWER_STATE;
            if (apst && c.cdw11Known && h.facts.succeeded) {
                on = (c.cdw11 & 1) != 0;
                sinceNs = e.timeNs;
            }
        }
    }

    private void emitted(Command c) {
        int low = c.cdw10 & 0xFF;
        if (c.opcode == Opcodes.ADMIN_SET_FEATURES && low == FeatureId.AUTONOMOUS_POWER_STATE) {
            asked = c.commandId;
        } else if (c.opcode == Opcodes.ADMIN_IDENTIFY && low == IdentifyCns.CONTROLLER) {
            identified = c.commandId;
        }
    }

    private void payload(CapturedEvent e) {
        boolean out = e.transfer == Transfer.TO_DEVICE;
        if (out && e.commandId == asked && e.content.length >= TABLE_BYTES) {
            table(e.content);
        } else if (!out
                && e.commandId == identified
                && e.content.length >= IdentifyController.SIZE) {
            IdentifyController id = new IdentifyController(e.content);
            for (int i = 0; i < STATES; i++) {
                statedUs[i] = id.entryAndExitUs(i);
            }
        }
    }

    /** The shortest idle time that leads anywhere, and where all of them lead. */
    private void table(byte[] table) {
        tableKnown = true;
        idleMs = Long.MAX_VALUE / NS_PER_MS;
        targets = 0;
        for (int i = 0; i < STATES; i++) {
            long entry = LittleEndian.i64(table, 8 * i);
            long ms = entry >>> 8 & 0xFF_FFFF;
            if (ms > 0) {
                idleMs = Math.min(idleMs, ms);
                targets |= 1L << (entry >>> 3 & 0x1F);
            }
        }
    }

    /** Sleeping was allowed in this enable. */
    boolean on() {
        return on;
    }

    /** Since when. */
    long sinceNs() {
        return sinceNs;
    }

    /** After so long without a command, 0 not seen. */
    long idleNs() {
        return tableKnown ? idleMs * NS_PER_MS : 0;
    }

    /** The longest that Identify says of a state it may sleep in, 0 not told. */
    long statedNs() {
        long most = 0;
        for (int i = 0; i < STATES; i++) {
            boolean target = !tableKnown || (targets >>> i & 1) != 0;
            most = target ? Math.max(most, statedUs[i]) : most;
        }
        return most * NS_PER_US;
    }
}
