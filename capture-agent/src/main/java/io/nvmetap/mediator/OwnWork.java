package io.nvmetap.mediator;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.LogPageId;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/** What the mediator does of its own accord: commands at each enable, and a background load. */
final class OwnWork {
    private static final int STRUCTURE = 4096;
    private static final int HEALTH_BYTES = 512;

    private final MediatorState state;
    private final OwnRequests own;
    private final IdentifyFilter identify;
    private boolean loading;
    private boolean oversized;
    private long reads;
    private int deviceMdts;
    private long namespaces;
    private int turn;

    OwnWork(MediatorState state, OwnRequests own, IdentifyFilter identify) {
        this.state = state;
        this.own = own;
        this.identify = identify;
    }

    /** The controller became ready. */
    void ready() {
        loading = false;
        oversized = false;
        reads = 0;
        if (state.config.initSequence()) {
            step(0);
        }
        if (state.config.ownHealthNs() > 0) {
            int epoch = state.epoch;
            state.timeline.after(state.config.ownHealthNs(), () -> health(epoch));
        }
    }

    /** Reads the SMART / Health log, and again later. */
    private void health(int epoch) {
        if (epoch != state.epoch || !state.open() || Registers.ccShn(state.guestCc) != 0) {
            return;
        }
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_GET_LOG_PAGE);
        Sqe.putNsid(sqe, 0, Sqe.NSID_ALL);
        AdminSqe.putGetLog(sqe, 0, LogPageId.SMART, HEALTH_BYTES);
        own.submit(0, sqe, HEALTH_BYTES, OwnCompletion.NONE);
        state.timeline.after(state.config.ownHealthNs(), () -> health(epoch));
    }

    /** Get Features 07h, Identify CNS 1, 2, 0: one at a time. */
    private void step(int number) {
        byte[] sqe = new byte[Sqe.SIZE];
        int cns = number == 1 ? IdentifyCns.CONTROLLER : number == 2 ? 2 : IdentifyCns.NAMESPACE;
        int next = number == 1 && state.profile.identifyCnsMax() < 2 ? 3 : number + 1;
        switch (number) {
            case 0:
                Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_GET_FEATURES);
                AdminSqe.putGetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, 0);
                own.submit(0, sqe, 0, (status, dw0, data, n) -> after(status, next));
                break;
            case 1, 2, 3:
                Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_IDENTIFY);
                AdminSqe.putIdentify(sqe, 0, cns, 0);
                Sqe.putNsid(sqe, 0, number == 3 ? 1 : 0);
                own.submit(
                        0,
                        sqe,
                        STRUCTURE,
                        (status, dw0, data, n) -> {
                            if (StatusCode.success(status) && n == STRUCTURE) {
                                learn(cns, data);
                            }
                            after(status, next);
                        });
                break;
            default:
                // fault: slow-hidden-init. One Identify for each namespace there may be.
                if (state.has(MediatorFault.SLOW_HIDDEN_INIT)) {
                    scan(2);
                }
                break;
        }
    }

    private void scan(long nsid) {
        if (nsid > namespaces) {
            return;
        }
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_IDENTIFY);
        AdminSqe.putIdentify(sqe, 0, IdentifyCns.NAMESPACE, 0);
        Sqe.putNsid(sqe, 0, nsid);
        own.submit(
                0,
                sqe,
                STRUCTURE,
                (status, dw0, data, n) -> {
                    if (status != OwnCompletion.NO_ANSWER) {
                        scan(nsid + 1);
                    }
                });
    }

    private void after(int status, int next) {
        if (status != OwnCompletion.NO_ANSWER) {
            step(next);
        }
    }

    private void learn(int cns, byte[] data) {
        if (cns == IdentifyCns.CONTROLLER) {
            deviceMdts = new IdentifyController(data).mdts();
            namespaces = new IdentifyController(data).nn();
        } else if (cns == IdentifyCns.NAMESPACE) {
            identify.learn(1, data);
        }
    }

    /** An I/O submission queue came to be: there is something to load. */
    void queueCreated() {
        if (!loading && state.config.ownPeriodNs() > 0) {
            loading = true;
            later(state.epoch);
        }
        // fault: mdts-exceeded. A merged read that the controller must refuse.
        if (state.has(MediatorFault.MDTS_EXCEEDED) && !oversized && deviceMdts > 0) {
            oversized = true;
            int epoch = state.epoch;
            state.timeline.after(0, () -> oversize(epoch));
        }
    }

    private void oversize(int epoch) {
        long page = 4096L << Registers.capMpsmin(state.cap());
        long bytes = 2 * (page << deviceMdts);
        if (epoch == state.epoch && bytes <= OwnRequests.DATA_BYTES_MAX) {
            read((int) bytes);
        }
    }

    private void later(int epoch) {
        state.timeline.after(state.config.ownPeriodNs(), () -> tick(epoch));
    }

    private void tick(int epoch) {
        if (epoch != state.epoch || !state.open() || Registers.ccShn(state.guestCc) != 0) {
            return;
        }
        for (int i = 0; i < state.config.ownBurst(); i++) {
            if (reads >= state.config.ownReadsMax()) {
                return;
            }
            reads++;
            read(Math.max(512, state.blockBytes(1)));
        }
        later(epoch);
    }

    private void read(int bytes) {
        SqShadow sq = ioQueue();
        if (sq == null) {
            return;
        }
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        Sqe.putNsid(sqe, 0, 1);
        int blockBytes = Math.max(512, state.blockBytes(1));
        NvmSqe.putRange(sqe, 0, reads % 8, Math.max(1, bytes / blockBytes));
        own.submit(sq.qid, sqe, bytes, OwnCompletion.NONE);
    }

    /** I/O submission queues in turns; null if there is none. */
    private SqShadow ioQueue() {
        int n = state.queues.allSqs.size();
        for (int i = 0; i < n; i++) {
            SqShadow sq = state.queues.allSqs.get((turn + i) % n);
            if (sq.qid > 0) {
                turn = (turn + i + 1) % n;
                return sq;
            }
        }
        return null;
    }
}
