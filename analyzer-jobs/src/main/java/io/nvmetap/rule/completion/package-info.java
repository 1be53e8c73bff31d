/** Rules about completion entries. */
package io.nvmetap.rule.completion;
