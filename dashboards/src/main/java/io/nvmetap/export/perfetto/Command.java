package io.nvmetap.export.perfetto;

/** A command that is on its way on one side or both. */
final class Command {
    final long id;

    /** Ties its slices to each other and to the interrupt that told of it. */
    final long flow;

    /** An interrupt told of it: nothing may come after that. */
    boolean flowEnded;

    /** Null where it was not seen. */
    Span guest;

    Span device;

    Command(long id, long flow) {
        this.id = id;
        this.flow = flow;
    }

    boolean open() {
        return guest != null && guest.open || device != null && device.open;
    }
}
