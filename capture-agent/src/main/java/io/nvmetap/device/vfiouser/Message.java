package io.nvmetap.device.vfiouser;

import java.util.List;

/**
 * One vfio-user message, header taken apart, body as it came. Whoever receives one owns its
 * descriptors.
 *
 * @param id 16 bits, chosen by the sender of the command, repeated in the reply
 * @param command one of {@code VfioUser.COMMAND_…}
 * @param flags header flags
 * @param error errno of an error reply, else 0
 * @param body what follows the 16 header bytes
 * @param descriptors that came or go with it, at most {@link VfioUser#DESCRIPTORS_MAX}
 */
public record Message(
        int id, int command, int flags, int error, byte[] body, List<Descriptor> descriptors) {
    /** A command that wants a reply. */
    public static Message command(int id, int command, byte[] body) {
        return new Message(id, command, 0, 0, body, List.of());
    }

    /** The reply to this command. */
    public Message reply(byte[] replyBody) {
        return new Message(id, command, VfioUser.FLAG_REPLY, 0, replyBody, List.of());
    }

    /** The error reply to this command: a header alone. */
    public Message failure(int errno) {
        int replyFlags = VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR;
        return new Message(id, command, replyFlags, errno, new byte[0], List.of());
    }

    /** Whether it answers a command. */
    public boolean isReply() {
        return (flags & VfioUser.FLAG_TYPE_MASK) == VfioUser.FLAG_REPLY;
    }

    /** Whether its sender waits for an answer. */
    public boolean wantsReply() {
        return !isReply() && (flags & VfioUser.FLAG_NO_REPLY) == 0;
    }

    /** Whether it is an error reply. */
    public boolean isError() {
        return (flags & VfioUser.FLAG_ERROR) != 0;
    }

    /** Closes the descriptors. */
    public void closeDescriptors() {
        descriptors.forEach(Descriptor::close);
    }
}
