package io.nvmetap.session;

import io.nvmetap.target.PeerLimits;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a build in another process is given.
 *
 * @param output where the output of a process goes
 * @param limits how long it may take
 * @param serve where the controller is served to a build that somebody else started; empty: it has
 *     its own
 * @param mapped guest memory is shared as a file; else each access is a message
 */
record ExternalSetting(Path output, PeerLimits limits, Optional<Path> serve, boolean mapped) {
    /** Memory by messages. */
    static ExternalSetting of(Path output) {
        return new ExternalSetting(output, PeerLimits.DEFAULT, Optional.empty(), false);
    }

    ExternalSetting withLimits(PeerLimits newLimits) {
        return new ExternalSetting(output, newLimits, serve, mapped);
    }

    ExternalSetting withServe(Optional<Path> socket) {
        return new ExternalSetting(output, limits, socket, mapped);
    }

    ExternalSetting withMapped(boolean yes) {
        return new ExternalSetting(output, limits, serve, yes);
    }
}
