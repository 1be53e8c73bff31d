/** Rules about queues and doorbells. */
package io.nvmetap.rule.queue;
