package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Differences;
import io.nvmetap.compare.Differing;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Plan;
import io.nvmetap.qtest.QtestCommand;
import io.nvmetap.qtest.QtestController;
import io.nvmetap.target.QtestDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Replays into QEMU's own NVMe device over {@code qtest:SOCK}. Nothing is between: the guest drives
 * the device, and what the device answers otherwise than the recorded one is listed.
 */
final class QtestReplay implements Build {
    static final String PREFIX = "qtest:";

    private static final long SEQ_NONE = -1;

    private final String socket;

    QtestReplay(String spec) {
        this.socket = spec.substring(PREFIX.length());
    }

    static boolean takes(String driver) {
        return driver.startsWith(PREFIX);
    }

    @Override
    public String refuses(Conditions under) {
        if (socket.isBlank()) {
            return "qtest: needs the path of QEMU's qtest socket";
        }
        if (under.model().isPresent()) {
            return "with qtest:SOCK the device is QEMU's; leave --controller out";
        }
        if (under.options().perturbed()) {
            return "--perturb is for reference builds: no seed repeats what another process does";
        }
        return under.record().isPresent()
                ? "--record is for drivers; with qtest:SOCK there is none"
                : "";
    }

    /**
     * @throws IOException if nobody serves qtest there, or no NVMe device is found
     */
    @Override
    public Replayed replay(Plan plan, Conditions under) throws IOException {
        AtomicReference<Throwable> broken = new AtomicReference<>();
        AtomicReference<Verdict> verdict = new AtomicReference<>();
        try (LiveTimeline live = new LiveTimeline(broken::set);
                QtestDriver driver = new QtestDriver(Path.of(socket))) {
            Optional<String> cannot = cannot(plan);
            if (cannot.isPresent()) {
                return new Replayed(unknown(plan, driver, cannot.get()), new Trail());
            }
            QtestController device = driver.controller();
            ReplaySession session =
                    new ReplaySession(plan, driver, under.options(), live, Optional.empty());
            live.enter(() -> verdict.set(session.device(device, new Told(device, plan))));
            if (broken.get() != null) {
                throw new IOException("the replay failed: " + broken.get(), broken.get());
            }
            Differences seen = abilities(verdict.get().differences(), plan, device);
            return new Replayed(verdict.get().with(seen), new Trail());
        } catch (IllegalStateException | MemoryFault e) {
            throw CliFailure.environment(
                    socket + ": " + e.getMessage() + "; start QEMU with more, -m 2048");
        }
    }

    private static Verdict unknown(Plan plan, QtestDriver driver, String reason) {
        return new Verdict(
                Verdict.Outcome.UNKNOWN,
                driver.name(),
                0,
                Optional.empty(),
                reason,
                Map.of(),
                plan.adaptations());
    }

    private static Optional<String> cannot(Plan plan) {
        boolean longEntries = plan.facts().ioEntryBytes() == Sqe.SIZE_LONG;
        return longEntries
                ? Optional.of(
                        "the recorded guest used submission entries of 128 bytes, which this"
                                + " device does not take")
                : Optional.empty();
    }

    /** What the recorded guest used and this device does not have. */
    private static Differences abilities(Differences seen, Plan plan, QtestController device) {
        List<String> lacks = new ArrayList<>();
        int entries = Registers.capMqes(device.cap()) + 1;
        if (plan.facts().queueEntriesMax() > entries) {
            lacks.add(
                    "its queues have at most "
                            + entries
                            + " entries, recorded "
                            + plan.facts().queueEntriesMax());
        }
        int shift = Registers.capMpsmax(device.cap());
        if (plan.facts().memoryPageShiftMax() > shift) {
            lacks.add(
                    "its memory pages have at most "
                            + (4096 << shift)
                            + " bytes, recorded "
                            + (4096 << plan.facts().memoryPageShiftMax()));
        }
        lacks.addAll(device.missing());
        Differences all = seen;
        for (String clause : lacks) {
            all = all.plus(Differing.ABILITY, SEQ_NONE, "the device: " + clause);
        }
        return all;
    }

    /** Tells the device's end what memory a command names. */
    private record Told(QtestController device, Plan plan) implements ReplayGuest.ControllerView {
        @Override
        public boolean sees() {
            return false;
        }

        @Override
        public void submitted(Submitted command) {
            int pageBytes = 4096 << plan.facts().memoryPageShiftMax();
            List<QtestCommand.Extent> lists = new ArrayList<>();
            command.data.lists().forEach(l -> lists.add(new QtestCommand.Extent(l, pageBytes)));
            device.submitted(
                    new QtestCommand(
                            command.exchange.sqid(),
                            command.sqe,
                            data(command.data, pageBytes),
                            lists,
                            QtestCommand.Direction.of(command.exchange.opcode())));
        }

        private static List<QtestCommand.Extent> data(Submitted.DataLayout layout, int pageBytes) {
            List<QtestCommand.Extent> data = new ArrayList<>();
            long left = layout.bytes();
            for (int i = 0; i < layout.pages().size() && left > 0; i++) {
                long from = i == 0 ? layout.prp1() : layout.pages().get(i);
                int part = (int) Math.min(left, pageBytes - from % pageBytes);
                data.add(new QtestCommand.Extent(from, part));
                left -= part;
            }
            return data;
        }

        @Override
        public void forgetAll() {
            // The device's end follows the registers.
        }

        @Override
        public String lost() {
            return "";
        }

        @Override
        public String unexpected() {
            return "";
        }
    }
}
