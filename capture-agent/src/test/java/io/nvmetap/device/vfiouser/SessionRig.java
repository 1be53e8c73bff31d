package io.nvmetap.device.vfiouser;

import java.util.ArrayList;
import java.util.List;

/** A server's session without a socket, and what its client holds. */
final class SessionRig implements AutoCloseable {
    static final PciIdentity IDENTITY =
            new PciIdentity(0x1B36, 0x0010, 0x1AF4, 0x1100, 2, PciIdentity.CLASS_NVME, 8, 16 << 10);

    final RecordingController controller = new RecordingController();
    final DmaMap memory;
    final IrqTable irqs;
    final ServerSession session;
    private final List<Descriptor> ours = new ArrayList<>();
    private int ids;

    SessionRig() {
        this(IDENTITY);
    }

    SessionRig(PciIdentity identity) {
        memory = new DmaMap(DmaMap.Remote.NONE);
        irqs = new IrqTable(ConfigSpace.msiVectors(identity), identity.vectors());
        session = new ServerSession(identity, controller, memory, irqs);
        controller.connect(memory, irqs);
    }

    /** With versions exchanged. */
    static SessionRig negotiated() {
        return negotiated(IDENTITY);
    }

    static SessionRig negotiated(PciIdentity identity) {
        SessionRig rig = new SessionRig(identity);
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        return rig;
    }

    /** One command; descriptors are handed over. */
    Message ask(int command, byte[] body, Descriptor... with) {
        return session.handle(new Message(++ids & 0xFFFF, command, 0, 0, body, List.of(with)));
    }

    int errno(int command, byte[] body, Descriptor... with) {
        return ask(command, body, with).error();
    }

    /** An event; the client's end stays with this object, the other is to be handed over. */
    Descriptor[] event() {
        Descriptor mine = Descriptors.event();
        ours.add(mine);
        return new Descriptor[] {mine, Descriptors.again(mine)};
    }

    @Override
    public void close() {
        session.end();
        ours.forEach(Descriptor::close);
    }
}
