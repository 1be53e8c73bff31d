/**
 * What goes on now: follows the topics and keeps, bounded and in memory, rates, losses, commands
 * that are out and the last findings. Knows nothing of HTTP and judges nothing.
 */
package io.nvmetap.feed;
