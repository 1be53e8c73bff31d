/**
 * Runs a plan: a guest that does again what was recorded, closed loop, in virtual time, and the
 * recorded controller played back. Single thread. Must not import guest.
 */
package io.nvmetap.session;
