/**
 * Records what passes between any vfio-user client and any vfio-user server, neither rebuilt: a
 * proxy that passes every message on and reads the queues in the client's memory. Nobody mediates
 * here: what is seen is device side, and the guest's own doing.
 */
package io.nvmetap.proxy;
