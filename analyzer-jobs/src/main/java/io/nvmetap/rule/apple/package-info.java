/** What Apple's controllers cannot take. */
package io.nvmetap.rule.apple;
