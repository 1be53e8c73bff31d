/** What a recording shows of the quirks of its controller and its firmware. */
package io.nvmetap.rule.quirk;
