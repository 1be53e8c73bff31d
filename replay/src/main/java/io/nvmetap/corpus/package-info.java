/**
 * Labelled recordings: each fault that can be planted, in a modelled guest, the reference driver or
 * a modelled controller, and the same run without it. Judges nothing.
 */
package io.nvmetap.corpus;
