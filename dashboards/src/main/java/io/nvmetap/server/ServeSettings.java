package io.nvmetap.server;

import java.nio.file.Path;
import java.util.List;

/**
 * What to serve.
 *
 * @param captures trace files and folders
 * @param port port on the loopback interface, 0 any
 * @param bootstrapServers broker to follow live, "" none
 */
record ServeSettings(List<Path> captures, int port, String bootstrapServers) {}
