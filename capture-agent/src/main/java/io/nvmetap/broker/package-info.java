/**
 * A Kafka broker of one's own: one KRaft node as its own process, on loopback, data kept. Must not
 * import capture, device or mediator.
 */
package io.nvmetap.broker;
