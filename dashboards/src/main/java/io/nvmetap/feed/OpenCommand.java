package io.nvmetap.feed;

/**
 * A command that is out.
 *
 * @param session hexadecimal session id
 * @param controller controller index
 * @param sqid submission queue
 * @param cid command identifier, the guest's where it was seen
 * @param opcode opcode
 * @param seq the event that told of it
 * @param sinceMs wall clock when that was sent to the topic, Unix milliseconds
 */
public record OpenCommand(
        String session, int controller, int sqid, int cid, int opcode, long seq, long sinceMs) {}
