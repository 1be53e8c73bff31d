/**
 * The smallest part of a recording that still shows what a driver does wrong. Knows nothing of
 * drivers: whether a part still shows it, somebody else says.
 */
package io.nvmetap.shrink;
