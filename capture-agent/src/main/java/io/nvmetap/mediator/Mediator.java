package io.nvmetap.mediator;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;

/**
 * The reference NVMe mediation driver: a controller to its guest, and the only user of another one.
 * What it does and sees, on both sides and in one order, it tells the tap (docs/events.md).
 *
 * <p>Design note: this class wires the parts and owns no behaviour. {@link RegisterPort} is where
 * the guest's accesses arrive, {@link Fetcher} and {@link Submitter} are the way down, {@link
 * Completer} and {@link CopyBack} the way up, {@link Lifecycle} enable and reset, {@link Turns} and
 * {@link OwnRequests} the mediator's own commands.
 *
 * <p>Owner thread: one; whoever calls it and whoever runs the timeline hold the same lock. Nothing
 * a guest or a controller does makes it throw, loop or grow without bound.
 */
public final class Mediator implements Controller {
    private final MediatorState state;
    private final GuestInterrupts interrupts;
    private final MsixTable msix;
    private final OwnRequests own;
    private final Lifecycle lifecycle;
    private final RegisterPort registers;
    private final DeviceInterrupts deviceInterrupts;
    private final Poller poller;

    /**
     * @param config quirks, limits, faults
     * @param device the controller to drive; not connected yet
     * @param timeline where deferred work waits
     * @param tap told everything; {@link Tap#OFF} for nobody
     */
    public Mediator(MediatorConfig config, Controller device, Timeline timeline, Tap tap) {
        state = new MediatorState(config, device, timeline, new MediatorTap(tap));
        DevicePort port = new DevicePort(state);
        PayloadTap payload = new PayloadTap(state);
        Submitter submitter = new Submitter(state, port, payload);
        Turns turns = new Turns(state);
        interrupts = new GuestInterrupts(state);
        msix = new MsixTable(state, interrupts);
        CopyBack copyBack = new CopyBack(state, interrupts);
        QueueLife life = new QueueLife(state);
        IdentifyFilter identify = new IdentifyFilter(state);
        DoorbellBuffers buffers = new DoorbellBuffers(state);
        AdminFilter admin = new AdminFilter(state, life, identify, buffers);
        Interceptor interceptor = new Interceptor(state, submitter);
        Fetcher fetcher = new Fetcher(state, submitter, turns, admin, copyBack, interceptor);
        Completer completer = new Completer(state, port, copyBack, admin, payload);
        GuestDoorbells doorbells =
                new GuestDoorbells(state, port, fetcher, copyBack, interrupts, completer);
        own = new OwnRequests(state, submitter, turns);
        OwnWork work = new OwnWork(state, own, identify);
        lifecycle = new Lifecycle(state, port, life, own, work, interrupts, buffers);
        registers = new RegisterPort(state, port, lifecycle, doorbells, interrupts, completer);
        poller = new Poller(state, completer, interrupts, msix, fetcher, own);
        deviceInterrupts = new DeviceInterrupts(state, interrupts, msix, completer, port);
        interrupts.wire(msix);
        msix.wire(completer, poller);
        copyBack.completer(completer);
        life.wire(own, work, copyBack, interceptor);
        lifecycle.wire(interceptor);
        interceptor.wire(lifecycle, poller);
        own.wire(poller);
        doorbells.wire(own, poller, buffers);
        registers.wire(poller);
        deviceInterrupts.wire(poller);
        completer.wire(own, doorbells, fetcher, lifecycle, interceptor);
    }

    @Override
    public void connect(GuestMemory memory, InterruptSink sink) {
        state.guest = memory;
        state.memory =
                new MediatorMemory(
                        state.pages, memory, state.config.ownMemory(), state.config.windowBase());
        state.sink = sink;
        state.fetchedPages.memory(state.memory);
        state.emittedPages.memory(state.memory);
        state.device.connect(state.memory, deviceInterrupts);
    }

    /**
     * Takes the controller over from whoever used it before, as at the hypervisor's start: disables
     * it if it is enabled and waits, bounded by CAP.TO, for RDY to read 0. Call after {@link
     * #connect} and before the guest's first access; a controller that does not obey shows the
     * guest CSTS.CFS.
     */
    public void takeOver() {
        lifecycle.takeOver();
    }

    /**
     * Issues a command of the mediator's own, in turns with the guest's.
     *
     * @param sqid a queue that exists now; 0 admin
     * @param sqe 64 bytes; identifier and PRPs are filled in
     * @param dataBytes data to transfer, 0..2 MiB; the buffer is the mediator's and starts as zeros
     * @param done told once how it ended
     * @return false if it cannot be taken: not ready, no such queue, too much already
     */
    public boolean submitOwn(int sqid, byte[] sqe, int dataBytes, OwnCompletion done) {
        return own.submit(sqid, sqe, dataBytes, done);
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        state.tap.cpu = cpu;
        return width(widthBytes) ? registers.read(offset, widthBytes) : -1L;
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        state.tap.cpu = cpu;
        if (width(widthBytes)) {
            registers.write(offset, widthBytes, value);
        }
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        state.tap.cpu = cpu;
        return width(widthBytes) ? msix.read(offset, widthBytes) : -1L;
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        state.tap.cpu = cpu;
        if (width(widthBytes)) {
            msix.write(offset, widthBytes, value);
        }
    }

    @Override
    public void interruptMode(InterruptKind mode) {
        interrupts.mode(mode);
        state.device.interruptMode(mode);
        poller.kick();
    }

    @Override
    public void configWritten(long offset, int widthBytes, long value) {
        state.tap.cpu = -1;
        state.tap.written(Side.GUEST, RegisterSpace.PCI_CONFIG, offset, widthBytes, value);
    }

    @Override
    public void reset(ResetKind kind) {
        state.tap.cpu = -1;
        lifecycle.externalReset(kind, () -> state.device.reset(kind));
    }

    /** What the guest's side looks like now, for headers and snapshots of a capture. */
    public LiveState liveState() {
        return GuestView.of(state, lifecycle, msix);
    }

    /** Bytes of the mediator's own pages in use. */
    public long ownBytes() {
        return state.pages.usedBytes();
    }

    private static boolean width(int widthBytes) {
        return widthBytes == 1 || widthBytes == 2 || widthBytes == 4 || widthBytes == 8;
    }
}
