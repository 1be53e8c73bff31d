/**
 * vfio-user: the protocol, a server that puts a {@link io.nvmetap.device.Controller} under a
 * virtual machine, a client that is one. Messages and their checks know no sockets.
 */
package io.nvmetap.device.vfiouser;
