package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.target.Driver;
import java.util.function.UnaryOperator;

/**
 * No driver at all: the guest drives the controller. Tests override what they want to go wrong; the
 * controller then works on the memory and interrupts the override lets through.
 */
class FakeDriver implements Driver, Controller {
    protected Controller device;
    protected Timeline timeline;
    protected GuestMemory guestMemory;

    static Driver passing() {
        return new FakeDriver();
    }

    /** A driver whose controller sees guest memory through {@code lens}. */
    static Driver through(UnaryOperator<GuestMemory> lens) {
        return new FakeDriver() {
            @Override
            protected GuestMemory lens(GuestMemory memory) {
                return lens.apply(memory);
            }
        };
    }

    protected GuestMemory lens(GuestMemory memory) {
        return memory;
    }

    protected InterruptSink lens(InterruptSink sink) {
        return sink;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Controller build(Controller newDevice, Timeline newTimeline, Tap tap) {
        device = newDevice;
        timeline = newTimeline;
        return this;
    }

    @Override
    public void connect(GuestMemory memory, InterruptSink interrupts) {
        guestMemory = memory;
        device.connect(lens(memory), lens(interrupts));
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        return device.readRegister(offset, widthBytes, cpu);
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        device.writeRegister(offset, widthBytes, value, cpu);
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        return device.readMsix(offset, widthBytes, cpu);
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        device.writeMsix(offset, widthBytes, value, cpu);
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        device.interruptMode(mode);
    }

    @Override
    public void reset(ResetKind kind) {
        device.reset(kind);
    }
}
