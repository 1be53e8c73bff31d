/** Requests of mediator and guest side by side: identity, order, turns. */
package io.nvmetap.rule.request;
