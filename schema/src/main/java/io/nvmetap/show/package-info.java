/**
 * {@code nvmetap show}: events as text and JSON, decoded late. Imports event, nvme, trace and cli.
 */
package io.nvmetap.show;
