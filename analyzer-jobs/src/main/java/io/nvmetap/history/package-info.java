/**
 * One model of the controller, rebuilt once from events and read by every rule. Knows what happened
 * and what could not be seen; judges nothing. No Flink, no clocks, no I/O; serializable, so that a
 * job can keep it as state.
 */
package io.nvmetap.history;
