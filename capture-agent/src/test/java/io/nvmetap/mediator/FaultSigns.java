package io.nvmetap.mediator;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** How each fault shows in the events of a {@link Workload}. */
final class FaultSigns {
    private FaultSigns() {}

    /**
     * Faults whose occasion this workload has not: the simulations in which they strike are the
     * corpus of module replay, and PlantedFaultsTest looks for them there.
     */
    static Set<MediatorFault> elsewhere() {
        return EnumSet.of(
                MediatorFault.DELETE_RACES_COMPLETION,
                MediatorFault.LATE_CQE_FOR_DISABLED_QUEUE,
                MediatorFault.QID_REUSE_STALE_STATE,
                MediatorFault.STATE_CHANGED_BEFORE_CONTROLLER_AGREED,
                MediatorFault.SLOW_HIDDEN_INIT,
                // A full queue, whole laps, queues made again, more commands than entries.
                MediatorFault.GUEST_CQ_OVERRUN,
                MediatorFault.HOST_CQE_READ_WITHOUT_ACQUIRE,
                MediatorFault.SQE_FETCH_WITHOUT_ACQUIRE,
                MediatorFault.STALE_PHASE_OR_INDEX_AFTER_RECREATE,
                MediatorFault.OVER_COMMIT_STALL,
                // One completion queue for two submission queues; two guests, one of them with
                // doorbell buffers; a controller that was on before the driver came.
                MediatorFault.CQ_DOORBELL_TO_WRONG_QUEUE,
                MediatorFault.SHADOW_DOORBELL_SURVIVES_RESET,
                MediatorFault.TAKEOVER_FROM_RUNNING_CONTROLLER,
                MediatorFault.AER_COUNTED_TOO_EARLY,
                MediatorFault.PAUSED_REQUEST_FREED_ON_RESET,
                MediatorFault.HOST_REQUEST_WAITS_FOR_EVER,
                MediatorFault.SIDE_STARVATION,
                MediatorFault.PRP_LIST_NONZERO_OFFSET,
                MediatorFault.PRP_LIST_LAST_ENTRY,
                MediatorFault.BOUNCE_IGNORES_PRP2,
                MediatorFault.T2_CID_GENERATION_BITS,
                MediatorFault.ANS2_SQE_128,
                MediatorFault.APPLE_VENDOR_ADMIN_COMMANDS,
                // A handler that holds on; INTx and MSI with masks.
                MediatorFault.IRQ_SUPPRESSED_WHILE_BUSY,
                MediatorFault.IRQ_AFTER_MASK,
                MediatorFault.PIN_IRQ_DEASSERTED_EARLY,
                MediatorFault.ANS2_INTMS_KEEPALIVE);
    }

    static Map<MediatorFault, Predicate<Workload>> all() {
        Map<MediatorFault, Predicate<Workload>> signs = new EnumMap<>(MediatorFault.class);
        signs.put(MediatorFault.TORN_CQE_COPYBACK, run -> any(run, FaultSigns::statusFirst));
        signs.put(
                MediatorFault.BATCH_PUBLISHED_BEFORE_ACCOUNTING,
                run -> any(run, e -> ignored(e, "CQ head", "beyond the tail")));
        signs.put(MediatorFault.CQE_SQID_SQHD_NOT_TRANSLATED, FaultSigns::sqhdBeyondTheGuestsQueue);
        signs.put(MediatorFault.HOST_SQ_SLOT_OVERWRITE, FaultSigns::slotTwiceWithoutDoorbell);
        signs.put(
                MediatorFault.SQ_SLOT_SCRUBBED_ON_COMPLETION,
                run -> any(run, e -> emitted(e) && e.commandId < 0));
        signs.put(MediatorFault.CQ_DOORBELL_DUPLICATE_OR_BACKWARD, FaultSigns::sameHeadTwice);
        signs.put(MediatorFault.SQ_TAIL_OUT_OF_RANGE, FaultSigns::fetchesBeyondTheQueue);
        signs.put(MediatorFault.LOST_DEFERRED_DOORBELL, FaultSigns::deferredNotResumed);
        signs.put(MediatorFault.SQ_CQ_DOORBELL_PAIR_RACE, FaultSigns::pairFromTwoCpus);
        signs.put(MediatorFault.DUPLICATE_OR_LATE_COMPLETION, FaultSigns::copiedTwice);
        signs.put(MediatorFault.MEDIATOR_ADDED_LATENCY, FaultSigns::copiedLate);
        signs.put(MediatorFault.LOST_IRQ_POLLED_RESCUE, FaultSigns::copiedInSilence);
        signs.put(MediatorFault.MSIX_UNMASK_NOT_FLUSHED, FaultSigns::unmaskWithoutFlush);
        signs.put(MediatorFault.UNMASK_WITHOUT_RECHECK, FaultSigns::interruptDropped);
        signs.put(
                MediatorFault.OVER_FILTERING_DROPS_WANTED_IRQ,
                run ->
                        any(
                                run,
                                e ->
                                        e.kind == EventKind.INTERRUPT_SUPPRESSED
                                                && e.label.equals("filtered")));
        signs.put(MediatorFault.HOST_AND_GUEST_COMMANDS_MIXED, FaultSigns::mixed);
        signs.put(MediatorFault.REQUEST_LIST_CROSS_LINK, FaultSigns::emittedTwice);
        signs.put(MediatorFault.INTERCEPT_COUNTER_RACE, FaultSigns::resetNeverEnds);
        signs.put(MediatorFault.APPLE_UNACKED_CQE_STALL, FaultSigns::ackedLater);
        signs.put(MediatorFault.APPLE_BUFFER_REUSE_STALL, FaultSigns::bufferTwice);
        signs.put(MediatorFault.ANS2_CID_RULES, FaultSigns::tagOnTwoQueues);
        signs.put(MediatorFault.ANS2_TAG_REUSED_TOO_SOON, FaultSigns::sameTagAtOnce);
        signs.put(
                MediatorFault.MDTS_EXCEEDED,
                run -> run.mdtsShown == 0 && any(run, e -> e.dataBytes > 512 << 10 && emitted(e)));
        signs.put(MediatorFault.QUEUE_MEMORY_FREED_WHILE_OWNED, FaultSigns::freedWhileReady);
        signs.put(MediatorFault.RESET_DURING_COMPLETION, FaultSigns::workInsideReset);
        signs.put(MediatorFault.NUMBER_OF_QUEUES_NEVER_SET, run -> run.secondQueueStatus != 0);
        signs.put(MediatorFault.UNCLEAN_SHUTDOWN, run -> !any(run, FaultSigns::notified));
        signs.put(MediatorFault.COMMAND_STALL, FaultSigns::forgotten);
        signs.put(
                MediatorFault.DBBUF_CONFIG_PASSED_THROUGH,
                run ->
                        any(
                                run,
                                e ->
                                        emitted(e)
                                                && e.qid == 0
                                                && Sqe.opcode(e.entry, 0)
                                                        == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG));
        signs.put(MediatorFault.COMMAND_SET_SELECTION_UNSUPPORTED, run -> !run.commandSetsServed);
        return signs;
    }

    private static List<CapturedEvent> events(Workload run) {
        return run.guest.tap.events;
    }

    private static boolean any(Workload run, Predicate<CapturedEvent> sign) {
        return events(run).stream().anyMatch(sign);
    }

    private static boolean emitted(CapturedEvent e) {
        return e.kind == EventKind.COMMAND_EMITTED;
    }

    private static boolean statusFirst(CapturedEvent e) {
        return e.kind == EventKind.COMPLETION_STORED
                && e.byteOffset == Cqe.STATUS_OFFSET
                && e.storeIndex == 0;
    }

    private static boolean ignored(CapturedEvent e, String what, String reason) {
        return e.kind == EventKind.DECISION
                && e.decision == DecisionKind.IGNORED
                && e.text.equals(what)
                && e.label.equals(reason);
    }

    /** In the EDK2 part the guest's admin queue has two entries. */
    private static boolean sqhdBeyondTheGuestsQueue(Workload run) {
        int entries = 0;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.REGISTER_WRITTEN
                    && e.side == Side.GUEST
                    && e.space == RegisterSpace.BAR0
                    && e.registerOffset == Registers.AQA) {
                entries = Registers.aqaAsqs((int) e.value) + 1;
            } else if (e.kind == EventKind.COMPLETION_COPIED
                    && e.qid == 0
                    && Cqe.sqhd(e.entry, 0) >= entries) {
                return true;
            }
        }
        return false;
    }

    private static boolean slotTwiceWithoutDoorbell(Workload run) {
        Set<Integer> slots = new HashSet<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE) {
                slots.clear();
            } else if (emitted(e) && !slots.add(e.qid << 16 | e.slot)) {
                return true;
            }
        }
        return false;
    }

    /** A command gets the identifier of the completion before it. */
    private static boolean sameTagAtOnce(Workload run) {
        CapturedEvent seen = null;
        for (CapturedEvent e : events(run)) {
            if (emitted(e)
                    && seen != null
                    && Cqe.sqid(seen.entry, 0) == e.qid
                    && Cqe.cid(seen.entry, 0) == Sqe.cid(e.entry, 0)) {
                return true;
            }
            seen = e.kind == EventKind.COMPLETION_SEEN ? e : emitted(e) ? null : seen;
        }
        return false;
    }

    private static boolean sameHeadTwice(Workload run) {
        Map<Integer, Long> last = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                last.clear();
            } else if (deviceHead(e) && Long.valueOf(e.value).equals(last.put(e.qid, e.value))) {
                return true;
            }
        }
        return false;
    }

    private static boolean deviceHead(CapturedEvent e) {
        return e.kind == EventKind.DOORBELL_RUNG
                && e.side == Side.DEVICE
                && e.doorbell == DoorbellKind.CQ_HEAD;
    }

    private static boolean fetchesBeyondTheQueue(Workload run) {
        boolean beyond = false;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.DOORBELL_RUNG && e.side == Side.GUEST) {
                beyond = e.doorbell == DoorbellKind.SQ_TAIL && e.value >= 64;
            } else if (beyond && e.kind == EventKind.COMMAND_FETCHED) {
                return true;
            }
        }
        return false;
    }

    private static boolean deferredNotResumed(Workload run) {
        long deferred = 0;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.DECISION && e.text.equals("SQ tail")) {
                deferred += e.decision == DecisionKind.DEFERRED ? 1 : 0;
                deferred -= e.decision == DecisionKind.RESUMED ? 1 : 0;
            }
        }
        return deferred > 0;
    }

    private static boolean pairFromTwoCpus(Workload run) {
        CapturedEvent last = null;
        for (CapturedEvent e : events(run)) {
            boolean rung = e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE;
            if (rung && last != null && last.qid == e.qid && last.doorbell != e.doorbell) {
                boolean close = e.timeNs - last.timeNs < 200;
                if (close && e.cpu >= 0 && last.cpu >= 0 && e.cpu != last.cpu) {
                    return true;
                }
            }
            last = rung ? e : last;
        }
        return false;
    }

    private static boolean copiedTwice(Workload run) {
        Set<Long> commands = new HashSet<>();
        return run.guest.tap.of(EventKind.COMPLETION_COPIED).stream()
                .anyMatch(e -> !commands.add(e.commandId));
    }

    private static boolean copiedLate(Workload run) {
        Map<Long, Long> seen = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.COMPLETION_SEEN) {
                seen.put(e.commandId, e.timeNs);
            } else if (e.kind == EventKind.COMPLETION_COPIED) {
                Long since = seen.remove(e.commandId);
                if (since != null && e.timeNs - since >= 150_000) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A copy to an unmasked queue with interrupts that nothing follows at the same time. */
    private static boolean copiedInSilence(Workload run) {
        CapturedEvent copied = null;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.REGISTER_WRITTEN && e.registerOffset == Registers.AQA) {
                // The EDK2 part polls, without interrupts.
                if (Registers.aqaAsqs((int) e.value) == 1) {
                    return false;
                }
            }
            boolean told =
                    e.kind == EventKind.INTERRUPT_DELIVERED
                            || e.kind == EventKind.INTERRUPT_SUPPRESSED;
            if (told) {
                copied = null;
            } else if (copied != null && e.timeNs > copied.timeNs) {
                return true;
            }
            copied = e.kind == EventKind.COMPLETION_COPIED ? e : copied;
        }
        return false;
    }

    private static boolean unmaskWithoutFlush(Workload run) {
        int unflushed = 0;
        for (CapturedEvent e : events(run)) {
            if (e.side == Side.DEVICE && e.kind == EventKind.VECTOR_UNMASKED) {
                unflushed++;
            } else if (e.side == Side.DEVICE && e.kind == EventKind.VECTOR_FLUSHED) {
                unflushed = 0;
            }
        }
        return unflushed > 0;
    }

    private static boolean interruptDropped(Workload run) {
        CapturedEvent last = null;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.INTERRUPT_SUPPRESSED
                    && last != null
                    && last.kind == EventKind.INTERRUPT_RAISED) {
                return true;
            }
            last = e;
        }
        return false;
    }

    private static boolean mixed(Workload run) {
        Map<Long, Integer> guests = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                guests.clear();
            } else if (emitted(e) && e.owner == Owner.GUEST) {
                guests.put(e.commandId, e.qid);
            } else if (e.kind == EventKind.COMPLETION_SEEN) {
                guests.remove(e.commandId);
            } else if (emitted(e) && guests.containsValue(e.qid)) {
                return true;
            }
        }
        return false;
    }

    private static boolean emittedTwice(Workload run) {
        Set<Long> commands = new HashSet<>();
        return any(run, e -> emitted(e) && e.commandId >= 0 && !commands.add(e.commandId));
    }

    private static boolean resetNeverEnds(Workload run) {
        int open = 0;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                open += e.edge == Edge.BEGIN ? 1 : -1;
            }
        }
        return open > 0;
    }

    private static boolean ackedLater(Workload run) {
        Map<Integer, Long> seen = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                seen.clear();
            } else if (e.kind == EventKind.COMPLETION_SEEN) {
                seen.putIfAbsent(e.qid, e.timeNs);
            } else if (deviceHead(e)) {
                Long since = seen.remove(e.qid);
                if (since != null && since < e.timeNs) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean bufferTwice(Workload run) {
        Map<Long, Long> inUse = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.COMPLETION_SEEN) {
                inUse.remove(e.commandId);
            } else if (emitted(e) && e.owner == Owner.MEDIATOR && Sqe.prp1(e.entry, 0) != 0) {
                if (inUse.containsValue(Sqe.prp1(e.entry, 0))) {
                    return true;
                }
                inUse.put(e.commandId, Sqe.prp1(e.entry, 0));
            }
        }
        return false;
    }

    private static boolean tagOnTwoQueues(Workload run) {
        Map<Long, Integer> tags = new HashMap<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                tags.clear();
            } else if (e.kind == EventKind.COMPLETION_SEEN) {
                tags.remove(e.commandId);
            } else if (emitted(e)) {
                if (tags.containsValue(Sqe.cid(e.entry, 0))) {
                    return true;
                }
                tags.put(e.commandId, Sqe.cid(e.entry, 0));
            }
        }
        return false;
    }

    private static boolean workInsideReset(Workload run) {
        boolean inside = false;
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.CONTROLLER_RESET) {
                inside = e.edge == Edge.BEGIN;
            }
            boolean rings = e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE;
            if (inside && (rings || emitted(e))) {
                return true;
            }
        }
        return false;
    }

    /** The controller was told to stop and not asked whether it has. */
    private static boolean freedWhileReady(Workload run) {
        boolean stopping = false;
        for (CapturedEvent e : events(run)) {
            boolean device = e.side == Side.DEVICE && e.space == RegisterSpace.BAR0;
            if (device && e.kind == EventKind.REGISTER_WRITTEN) {
                stopping = e.registerOffset == Registers.CC && !Registers.ccEn((int) e.value);
            } else if (device && e.kind == EventKind.REGISTER_READ) {
                stopping &= e.registerOffset != Registers.CSTS;
            } else if (stopping && e.kind == EventKind.QUEUE_MEMORY_RELEASED) {
                return true;
            }
        }
        return false;
    }

    private static boolean notified(CapturedEvent e) {
        return e.kind == EventKind.REGISTER_WRITTEN
                && e.side == Side.DEVICE
                && e.space == RegisterSpace.BAR0
                && e.registerOffset == Registers.CC
                && Registers.ccShn((int) e.value) != 0;
    }

    private static boolean forgotten(Workload run) {
        Set<Long> fetched = new HashSet<>();
        for (CapturedEvent e : events(run)) {
            if (e.kind == EventKind.COMMAND_FETCHED) {
                fetched.add(e.commandId);
            } else if (emitted(e) || e.kind == EventKind.COMPLETION_COPIED) {
                fetched.remove(e.commandId);
            }
        }
        return !fetched.isEmpty();
    }
}
