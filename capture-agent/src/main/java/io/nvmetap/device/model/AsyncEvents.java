package io.nvmetap.device.model;

import io.nvmetap.nvme.LogPageId;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Asynchronous Event Requests and the events that answer them (NVMe Base 2.0c 5.2). One event of
 * each type is remembered until a request comes; after it was told, no other of its type is until
 * its log page is read.
 */
final class AsyncEvents {
    /** AERL, 0's based: four requests may be outstanding. */
    static final int LIMIT0 = 3;

    static final int TYPE_ERROR = 0;
    static final int TYPE_SMART = 1;
    static final int TYPE_NOTICE = 2;

    /** Information values of type error. */
    static final int INVALID_DOORBELL_REGISTER = 0;

    static final int INVALID_DOORBELL_VALUE = 1;

    private static final int TYPES = 8;
    private static final int NONE = -1;

    private final QueueTable queues;
    private final ArrayDeque<Command> requests = new ArrayDeque<>();
    private final int[] due = new int[TYPES];
    private final int[] logAwaited = new int[TYPES];

    AsyncEvents(QueueTable queues) {
        this.queues = queues;
        clear();
    }

    void clear() {
        requests.clear();
        Arrays.fill(due, NONE);
        Arrays.fill(logAwaited, NONE);
    }

    void error(int information) {
        raise(TYPE_ERROR, information, LogPageId.ERROR_INFORMATION);
    }

    void raise(int type, int information, int logPage) {
        if (due[type] == NONE) {
            due[type] = logPage << 16 | information << 8 | type;
            tell();
        }
    }

    /**
     * Takes a request.
     *
     * @return {@link CommandUnit#LATER}, or the status that refuses it
     */
    int request(Command command) {
        requests.removeIf(waiting -> waiting.done);
        if (requests.size() > LIMIT0) {
            return StatusCode.AER_LIMIT_EXCEEDED | StatusCode.DNR;
        }
        requests.add(command);
        tell();
        return CommandUnit.LATER;
    }

    /** A log page was read without Retain Asynchronous Event. */
    void logRead(int logPage) {
        for (int type = 0; type < TYPES; type++) {
            if (logAwaited[type] == logPage) {
                logAwaited[type] = NONE;
            }
        }
        tell();
    }

    private void tell() {
        for (int type = 0; type < TYPES; type++) {
            requests.removeIf(waiting -> waiting.done);
            if (due[type] != NONE && logAwaited[type] == NONE && !requests.isEmpty()) {
                Command request = requests.poll();
                request.dw0 = due[type];
                logAwaited[type] = due[type] >>> 16;
                due[type] = NONE;
                queues.complete(request, StatusCode.SUCCESS);
            }
        }
    }
}
