/** Rules about enable, reset and shutdown. */
package io.nvmetap.rule.lifecycle;
