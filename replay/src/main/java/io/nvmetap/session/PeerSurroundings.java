package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.event.Side;
import io.nvmetap.target.MemoryWindow;
import java.util.Optional;

/**
 * A driver in another process. It says nothing of what it sees: what passes at both its ends is
 * recorded here. Guest memory comes to it by messages, each of which is one store, or as a file,
 * into which it stores unseen.
 */
final class PeerSurroundings implements Surroundings {
    private final LiveTimeline timeline;
    private final Optional<SharedMemory> shared;
    private final long aftermathNs;

    /**
     * @param aftermathNs see {@link #aftermathNs()}
     * @param shared guest memory that the driver maps; empty: messages
     */
    PeerSurroundings(LiveTimeline timeline, long aftermathNs, Optional<SharedMemory> shared) {
        this.timeline = timeline;
        this.aftermathNs = aftermathNs;
        this.shared = shared;
    }

    @Override
    public long aftermathNs() {
        return aftermathNs;
    }

    @Override
    public GuestArena arena(int pageBytes, MemoryWindow window) {
        return shared.map(memory -> new GuestArena(pageBytes, window, memory))
                .orElseGet(() -> new GuestArena(pageBytes, window));
    }

    @Override
    public Witness witness(Tap tap, int pageBytes) {
        return new Witness(tap, pageBytes);
    }

    @Override
    public Controller device(Controller controller, Witness witness) {
        return witness.on()
                ? new WitnessedController(controller, Side.DEVICE, witness, timeline::enter)
                : controller;
    }

    @Override
    public Controller driver(Controller driver, Witness witness) {
        return witness.on()
                ? new WitnessedController(driver, Side.GUEST, witness, timeline::enter)
                : driver;
    }

    @Override
    public GuestMemory given(WatchedMemory memory) {
        memory.storesAreWhole();
        return shared.<GuestMemory>map(m -> m).orElse(memory);
    }

    @Override
    public InterruptSink interrupts(InterruptSink guest, WatchedMemory memory) {
        if (shared.isEmpty()) {
            return guest;
        }
        return new InterruptSink() {
            @Override
            public void message(int vector) {
                memory.look();
                guest.message(vector);
            }

            @Override
            public void line(boolean asserted) {
                memory.look();
                guest.line(asserted);
            }
        };
    }

    @Override
    public void look(WatchedMemory memory) {
        if (shared.isPresent()) {
            memory.look();
        }
    }

    @Override
    public boolean looks() {
        return shared.isPresent();
    }
}
