/** Rules about interrupts. */
package io.nvmetap.rule.interrupt;
