/**
 * The dashboard's server: reads trace files and topics, runs other commands as processes, answers
 * GET and HEAD on the loopback interface. Decides nothing: what is wrong comes from findings.
 */
package io.nvmetap.server;
