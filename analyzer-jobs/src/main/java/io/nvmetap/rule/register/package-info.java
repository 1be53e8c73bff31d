/** Registers and doorbells: accesses that the specification does not define. */
package io.nvmetap.rule.register;
