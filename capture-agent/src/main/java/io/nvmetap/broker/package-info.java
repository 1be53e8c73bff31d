/**
 * The local broker: one KRaft node in a process of its own, started when nobody names another. Must
 * not import device, mediator, importer or capture.
 */
package io.nvmetap.broker;
