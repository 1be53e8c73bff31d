/**
 * From the mediated path to a sink: tap, ring, agent, Kafka or file. The mediated path only ever
 * touches the tap, which never blocks, throws or allocates. Must not import mediator or importer.
 */
package io.nvmetap.capture;
