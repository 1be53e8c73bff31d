/**
 * {@code up}, {@code down}, {@code status}: the local broker, the live job and the dashboard, which
 * outlive the command. Job and dashboard are other commands of the launcher, started as processes.
 */
package io.nvmetap.local;
