/** Rules about what never came. */
package io.nvmetap.rule.stall;
