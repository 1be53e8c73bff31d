package io.nvmetap.device.model;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.HashMap;
import java.util.Map;

/** Set and Get Features (NVMe Base 2.0c 5.15, 5.27). Nothing is saved: a reset brings defaults. */
final class FeatureStore {
    /** NPSS, 0's based: two power states. */
    static final int POWER_STATES0 = 1;

    private static final int SEL_DEFAULT = 1;
    private static final int SEL_SAVED = 2;
    private static final int CHANGEABLE = 1 << 2;
    private static final int TEMPERATURE_KELVIN = 343;
    private static final long MS_MASK = (1L << 48) - 1;

    private final ModelState state;
    private final QueueTable queues;
    private final DataPointer data;
    private final Map<Integer, Integer> defaults = new HashMap<>();
    private final Map<Integer, Integer> current = new HashMap<>();
    private int sqsGranted;
    private int cqsGranted;
    private long timestampMs;
    private long timestampSetNs;

    FeatureStore(ModelState state, QueueTable queues, DataPointer data) {
        this.state = state;
        this.queues = queues;
        this.data = data;
        int pairs0 = state.profile.ioQueuePairsMax() - 1;
        defaults.put(FeatureId.ARBITRATION, 0);
        defaults.put(FeatureId.POWER_MANAGEMENT, 0);
        defaults.put(FeatureId.TEMPERATURE_THRESHOLD, TEMPERATURE_KELVIN);
        defaults.put(FeatureId.ERROR_RECOVERY, 0);
        defaults.put(FeatureId.NUMBER_OF_QUEUES, pairs0 << 16 | pairs0);
        defaults.put(FeatureId.INTERRUPT_COALESCING, 0);
        defaults.put(FeatureId.INTERRUPT_VECTOR_CONFIG, 0);
        defaults.put(FeatureId.WRITE_ATOMICITY, 0);
        defaults.put(FeatureId.ASYNC_EVENT_CONFIG, 0);
        if (state.profile.volatileWriteCache()) {
            defaults.put(FeatureId.VOLATILE_WRITE_CACHE, 1);
        }
        reset();
    }

    void reset() {
        current.clear();
        current.putAll(defaults);
        sqsGranted = state.profile.ioQueuePairsMax();
        cqsGranted = sqsGranted;
        timestampMs = 0;
        timestampSetNs = state.nowNs();
    }

    /** Highest I/O SQ identifier: what was granted, or all where nobody asked. */
    int sqsGranted() {
        return sqsGranted;
    }

    int cqsGranted() {
        return cqsGranted;
    }

    int set(Command command) {
        int fid = AdminSqe.fid(command.sqe, 0);
        if (AdminSqe.sv(command.sqe, 0)) {
            return StatusCode.FEATURE_NOT_SAVEABLE | StatusCode.DNR;
        }
        if (fid == FeatureId.TIMESTAMP && hasTimestamp()) {
            return setTimestamp(command);
        }
        if (fid == FeatureId.AUTONOMOUS_POWER_STATE && PowerStates.supported(state.profile)) {
            return setPowerTable(command);
        }
        int value = Sqe.cdw11(command.sqe, 0);
        if (!defaults.containsKey(fid) || !valid(fid, value)) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        if (fid == FeatureId.NUMBER_OF_QUEUES) {
            return setQueues(command, value);
        }
        current.put(fid, value);
        return StatusCode.SUCCESS;
    }

    private int setPowerTable(Command command) {
        byte[] table = new byte[PowerStates.TABLE_BYTES];
        int status = data.take(command, table);
        return StatusCode.success(status)
                ? state.power.set((Sqe.cdw11(command.sqe, 0) & 1) != 0, table)
                : status;
    }

    private boolean valid(int fid, int value) {
        return switch (fid) {
            case FeatureId.POWER_MANAGEMENT -> (value & 0x1F) <= POWER_STATES0;
            case FeatureId.NUMBER_OF_QUEUES -> (value & 0xFFFF) != 0xFFFF && value >>> 16 != 0xFFFF;
            case FeatureId.INTERRUPT_VECTOR_CONFIG -> (value & 0xFFFF) < state.profile.vectors();
            default -> true;
        };
    }

    /** Once I/O queues exist it is too late to ask (5.27.1.5). */
    private int setQueues(Command command, int value) {
        if (queues.sqs.size() > 1 || queues.cqs.size() > 1) {
            return StatusCode.COMMAND_SEQUENCE_ERROR | StatusCode.DNR;
        }
        int pairs = state.profile.ioQueuePairsMax();
        sqsGranted = Math.min((value & 0xFFFF) + 1, pairs);
        cqsGranted = Math.min((value >>> 16) + 1, pairs);
        command.dw0 = cqsGranted - 1 << 16 | sqsGranted - 1;
        current.put(FeatureId.NUMBER_OF_QUEUES, command.dw0);
        return StatusCode.SUCCESS;
    }

    int get(Command command) {
        int fid = AdminSqe.fid(command.sqe, 0);
        boolean timestamp = fid == FeatureId.TIMESTAMP && hasTimestamp();
        if (!timestamp && !defaults.containsKey(fid)) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        int sel = AdminSqe.sel(command.sqe, 0);
        if (sel > AdminSqe.SEL_SUPPORTED) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        if (sel == AdminSqe.SEL_SUPPORTED) {
            command.dw0 = CHANGEABLE;
            return StatusCode.SUCCESS;
        }
        if (timestamp) {
            return getTimestamp(command);
        }
        boolean initial = sel == SEL_DEFAULT || sel == SEL_SAVED;
        command.dw0 = (initial ? defaults : current).get(fid);
        return StatusCode.SUCCESS;
    }

    private boolean hasTimestamp() {
        return (state.profile.oncs() & ControllerProfile.ONCS_TIMESTAMP) != 0;
    }

    private int setTimestamp(Command command) {
        byte[] value = new byte[8];
        int status = data.take(command, value);
        if (StatusCode.success(status)) {
            timestampMs = LittleEndian.i64(value, 0) & MS_MASK;
            timestampSetNs = state.nowNs();
        }
        return status;
    }

    private int getTimestamp(Command command) {
        byte[] value = new byte[8];
        long ms = timestampMs + (state.nowNs() - timestampSetNs) / 1_000_000;
        LittleEndian.put64(value, 0, ms & MS_MASK);
        return data.give(command, value, value.length);
    }
}
