/**
 * Logs from elsewhere become captured events. A source never invents: what a log does not show is
 * marked as unseen. Imports schema only; knows nothing of devices, mediators or rings.
 */
package io.nvmetap.importer;
