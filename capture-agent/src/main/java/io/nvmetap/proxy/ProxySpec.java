package io.nvmetap.proxy;

import io.nvmetap.event.PayloadPolicy;
import java.nio.file.Path;

/**
 * What to record.
 *
 * @param listen socket clients connect to
 * @param connect socket of the server
 * @param out trace file
 * @param payload which data is recorded
 */
public record ProxySpec(Path listen, Path connect, Path out, PayloadPolicy payload) {}
