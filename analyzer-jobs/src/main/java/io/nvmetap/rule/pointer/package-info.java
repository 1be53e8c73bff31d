/** Data pointers: PRP entries and lists, transfer sizes. */
package io.nvmetap.rule.pointer;
