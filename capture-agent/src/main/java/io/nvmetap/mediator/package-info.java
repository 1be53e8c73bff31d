/**
 * The reference NVMe mediation driver: a controller towards its guest, a driver towards another
 * controller, with shadow queues on both sides. {@link io.nvmetap.mediator.Mediator} is the door;
 * each other class is one concern of it.
 *
 * <p>Single threaded by contract: one lock or event loop calls it, and deferred work comes back
 * through the timeline. Must not import {@code device.model}, {@code device.vfiouser}, importer or
 * anything of Kafka; it knows {@code device} (ports) and {@code capture.Tap} only.
 */
package io.nvmetap.mediator;
