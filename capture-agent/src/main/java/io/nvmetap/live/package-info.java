/**
 * A mediation driver in real time: a modelled or remote controller, the driver, the recording and
 * the vfio-user server put together. Knows no virtual machine.
 */
package io.nvmetap.live;
