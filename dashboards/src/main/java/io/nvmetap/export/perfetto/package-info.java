/** A trace as Perfetto TrackEvents, written without a protobuf library. */
package io.nvmetap.export.perfetto;
