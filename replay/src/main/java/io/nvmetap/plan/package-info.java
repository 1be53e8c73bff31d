/**
 * Turns a recording into a plan: what the guest did, in order, each with what had happened before
 * it, and what the controller answered. Pure; must not import session, compare, target or guest.
 */
package io.nvmetap.plan;
