/**
 * Ports: a controller, the memory it reaches, where its interrupts go, and the time it lives in.
 * Whoever drives a controller and whoever is one meet here. Imports only the schema module.
 */
package io.nvmetap.device;
