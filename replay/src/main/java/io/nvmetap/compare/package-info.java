/**
 * Compares what a guest sees with what it saw, and writes the verdict. Must not import session,
 * target or guest.
 */
package io.nvmetap.compare;
