package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A guest's admin command waits while the mediator runs admin commands of its own. */
public final class SlowHiddenInit extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides();

    private static final Threshold WAIT = Threshold.ms("slow-hidden-init.wait", 500);

    /** One slow command is the controller's; a row of them is the mediator's choice. */
    private static final Threshold COMMANDS = Threshold.count("slow-hidden-init.commands", 8);

    /** The mediator's commands at the controller. */
    private final Set<Long> own = new HashSet<>();

    /** The guest's commands that the mediator has taken and neither passed on nor answered. */
    private final Map<Long, Long> held = new LinkedHashMap<>();

    private long lastNs = -1;

    /** Of the present wait: since when, the doorbell, and what the mediator did meanwhile. */
    private long sinceSeq = -1;

    private long busyNs;
    private long longestNs;
    private int commands;
    private boolean reported;

    public SlowHiddenInit() {
        super(
                new RuleInfo(
                        "slow-hidden-init",
                        "Guest's admin command waits for the mediator's own",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "none; the wait is a setting (drivers give up after seconds)",
                        "Ask for lists instead of one namespace after another, and let the guest's"
                                + " commands go between.",
                        List.of("G9")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAIT, COMMANDS);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (sinceSeq >= 0 && !own.isEmpty()) {
            busyNs += Math.max(0, h.nowNs - lastNs);
        }
        lastNs = h.nowNs;
        if (e.kind == EventKind.CONTROLLER_RESET
                || h.facts.disabled
                || h.gapSeq == e.seq
                || !h.guest.known
                || !h.device.known) {
            own.clear();
            held.clear();
            end();
            return;
        }
        boolean answered = follow(h, e);
        if (e.kind == EventKind.COMMAND_FETCHED && e.qid == 0) {
            judge.chance();
        }
        long waitsSeq = waiting(h);
        if (waitsSeq != sinceSeq) {
            end();
            sinceSeq = waitsSeq;
        } else if (answered && waitsSeq >= 0) {
            // Not while one is out: it may be the controller that keeps it.
            judge(e, judge);
        }
    }

    /** True if a command of the mediator's own was just answered. */
    private boolean follow(History h, CapturedEvent e) {
        Command c = h.facts.command;
        if (c == null || !c.admin() || c.waitsForEvent()) {
            return false;
        }
        boolean mine = e.side == Side.DEVICE && c.owner == Owner.MEDIATOR;
        switch (e.kind) {
            case COMMAND_FETCHED -> held.put(e.commandId, e.seq);
            case COMPLETION_COPIED -> held.remove(e.commandId);
            case COMMAND_EMITTED -> {
                held.remove(e.commandId);
                if (mine) {
                    own.add(e.commandId);
                }
            }
            case COMPLETION_SEEN -> {
                if (mine && own.remove(c.commandId)) {
                    commands++;
                    longestNs = Math.max(longestNs, c.doneNs - c.startNs);
                    return true;
                }
            }
            default -> {
                // No step of a command.
            }
        }
        return false;
    }

    /** What of the guest's waits longest: a command inside the mediator, or a tail; -1 nothing. */
    private long waiting(History h) {
        if (!held.isEmpty()) {
            return held.values().iterator().next();
        }
        SubmissionQueue sq = h.guest.sqs.get(0);
        return sq == null || sq.waitingSinceNs < 0 ? -1 : sq.waitingSeq;
    }

    private void judge(CapturedEvent e, Judge judge) {
        boolean row = commands >= judge.settings().of(COMMANDS) && longestNs < busyNs / 2;
        if (!reported && row && busyNs > judge.settings().of(WAIT)) {
            reported = true;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The guest waits on the admin queue; %d ms of it the mediator spent on"
                                    + " %d commands of its own, and it goes on.",
                            busyNs / 1_000_000, commands),
                    Where.sq(0),
                    sinceSeq,
                    e.seq);
        }
    }

    private void end() {
        sinceSeq = -1;
        busyNs = 0;
        longestNs = 0;
        commands = 0;
        reported = false;
    }
}
