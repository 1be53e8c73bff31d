package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.target.MemoryWindow;

/** Where a driver lives: what lies between it, its guest and its controller. */
interface Surroundings {
    /** In this process: nothing does, and the driver itself says what it sees. */
    Surroundings SAME_PROCESS = new Surroundings() {};

    /** How long after the last stimulus a driver may still do wrong. */
    default long aftermathNs() {
        return 2_000_000_000L;
    }

    /** Guest memory, all zero. */
    default GuestArena arena(int pageBytes, MemoryWindow window) {
        return new GuestArena(pageBytes, window);
    }

    /** Whoever records what passes; off where the driver itself does. */
    default Witness witness(Tap tap, int pageBytes) {
        return Witness.OFF;
    }

    /** The controller as the driver gets it. */
    default Controller device(Controller controller, Witness witness) {
        return controller;
    }

    /** The driver as the guest gets it. */
    default Controller driver(Controller driver, Witness witness) {
        return driver;
    }

    /** Guest memory as the driver gets it. */
    default GuestMemory given(WatchedMemory memory) {
        return memory;
    }

    /** Interrupts as the guest gets them. */
    default InterruptSink interrupts(InterruptSink guest, WatchedMemory memory) {
        return guest;
    }

    /** Looks for what the driver did that nobody told of. */
    default void look(WatchedMemory memory) {
        // Each store is told.
    }

    /** Completions are found by looking, not seen as they are stored. */
    default boolean looks() {
        return false;
    }
}
