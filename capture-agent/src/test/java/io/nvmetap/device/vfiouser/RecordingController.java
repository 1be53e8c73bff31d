package io.nvmetap.device.vfiouser;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;

/** A controller that writes down what is done to it; registers read as their own offset. */
final class RecordingController implements Controller {
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    GuestMemory memory;
    InterruptSink sink;

    /** Run at each reset. */
    volatile Runnable onReset = () -> {};

    /** Run with the value of each write to BAR0. */
    volatile LongConsumer onWrite = value -> {};

    @Override
    public void connect(GuestMemory newMemory, InterruptSink newSink) {
        memory = newMemory;
        sink = newSink;
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        calls.add("read " + Long.toHexString(offset) + "/" + widthBytes);
        return offset;
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        calls.add(
                "write "
                        + Long.toHexString(offset)
                        + "/"
                        + widthBytes
                        + "="
                        + Long.toHexString(value));
        onWrite.accept(value);
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        calls.add("msix read " + Long.toHexString(offset) + "/" + widthBytes);
        return offset;
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        calls.add("msix " + Long.toHexString(offset) + "=" + Long.toHexString(value));
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        calls.add("mode " + mode);
    }

    @Override
    public void configWritten(long offset, int widthBytes, long value) {
        calls.add("config " + Long.toHexString(offset) + "/" + widthBytes);
    }

    @Override
    public void reset(ResetKind kind) {
        calls.add("reset " + kind);
        onReset.run();
    }
}
