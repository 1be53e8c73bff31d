package io.nvmetap.server;

import io.nvmetap.cli.Brokers;
import java.nio.file.Path;
import java.util.List;

/**
 * What to serve.
 *
 * @param captures trace files and folders
 * @param port port on the loopback interface, 0 any
 * @param brokers whose topics to follow live, {@link Brokers#NONE} none
 */
record ServeSettings(List<Path> captures, int port, Brokers brokers) {}
