package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import java.util.HashMap;
import java.util.Map;

/**
 * Shadow doorbell lines, under the names of QEMU 7.2 and of 11.1. QEMU looks at a cell before and
 * after every batch; a look that finds what the look before found is folded away.
 */
final class ShadowLines {
    /** What became of a line. */
    enum Outcome {
        NOT_SHADOW,
        EVENT,
        REPEATED,
        BAD
    }

    private final EventStream stream;
    private final Map<Integer, Integer> values = new HashMap<>();

    ShadowLines(EventStream stream) {
        this.stream = stream;
    }

    Outcome line(LogLine l, long timeNs) {
        return switch (l.event) {
            case "pci_nvme_shadow_doorbell_sq" ->
                    cell(l, ShadowCell.DOORBELL, "sqid", "new_shadow_doorbell", timeNs);
            case "pci_nvme_update_sq_tail" ->
                    cell(l, ShadowCell.DOORBELL, "sqid", "new_tail", timeNs);
            case "pci_nvme_shadow_doorbell_cq" ->
                    cell(l, ShadowCell.DOORBELL, "cqid", "new_shadow_doorbell", timeNs);
            case "pci_nvme_update_cq_head" ->
                    cell(l, ShadowCell.DOORBELL, "cqid", "new_head", timeNs);
            case "pci_nvme_eventidx_sq", "pci_nvme_update_sq_eventidx" ->
                    cell(l, ShadowCell.EVENT_IDX, "sqid", "new_eventidx", timeNs);
            case "pci_nvme_eventidx_cq", "pci_nvme_update_cq_eventidx" ->
                    cell(l, ShadowCell.EVENT_IDX, "cqid", "new_eventidx", timeNs);
            default -> Outcome.NOT_SHADOW;
        };
    }

    private Outcome cell(LogLine l, ShadowCell cell, String queue, String key, long timeNs) {
        int qid = l.need16(queue);
        int value = l.need16(key);
        if (l.bad) {
            return Outcome.BAD;
        }
        boolean sq = queue.equals("sqid");
        Integer before = values.put(slot(qid, sq, cell), value);
        if (before != null && before == value) {
            stream.close();
            return Outcome.REPEATED;
        }
        DoorbellKind kind = sq ? DoorbellKind.SQ_TAIL : DoorbellKind.CQ_HEAD;
        CapturedEvent e = stream.scratch().asShadow(Side.DEVICE, cell, kind, qid, value);
        e.flag = cell == ShadowCell.EVENT_IDX;
        stream.put(e, timeNs, -1);
        return Outcome.EVENT;
    }

    private static int slot(int qid, boolean sq, ShadowCell cell) {
        return qid << 2 | (sq ? 0 : 2) | cell.ordinal();
    }

    /** The controller was reset. */
    void forgetAll() {
        values.clear();
    }

    /** Queues with this number came or went. */
    void forget(int qid) {
        for (int i = 0; i < 4; i++) {
            values.remove(qid << 2 | i);
        }
    }
}
