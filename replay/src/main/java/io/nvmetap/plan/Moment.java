package io.nvmetap.plan;

/**
 * Where in the recording something was.
 *
 * @param seq sequence number of the event
 * @param timeNs its time, nanoseconds since the capture started
 * @param cpu CPU that acted, -1 not known
 */
public record Moment(long seq, long timeNs, int cpu) {}
