/** Traces in other people's formats. Decides nothing; imports schema only. */
package io.nvmetap.export;
