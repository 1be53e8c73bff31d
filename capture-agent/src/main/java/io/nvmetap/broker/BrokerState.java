package io.nvmetap.broker;

import java.nio.file.Path;

/**
 * How the local broker is.
 *
 * @param running its process lives
 * @param answers it answers an administrative request
 * @param pid process id, -1 when not running
 * @param bootstrapServers HOST:PORT; "" when it was never started
 * @param folder where data and log are kept
 */
public record BrokerState(
        boolean running, boolean answers, long pid, String bootstrapServers, Path folder) {}
