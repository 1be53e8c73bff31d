/**
 * Processes that outlive the command that started them: found again, ended, one command at a time.
 * Knows nothing of what they do.
 */
package io.nvmetap.process;
