/**
 * The main job, whole: runs the other commands as a user would, on a bundled recording. Must not
 * import what those commands drive.
 */
package io.nvmetap.demo;
