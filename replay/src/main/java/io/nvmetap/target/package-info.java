/**
 * Driver builds that a recording can be replayed into. Must not import plan, session or compare.
 */
package io.nvmetap.target;
