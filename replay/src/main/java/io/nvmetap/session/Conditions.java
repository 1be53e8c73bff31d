package io.nvmetap.session;

import io.nvmetap.device.model.ControllerProfile;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a plan is run into a build.
 *
 * @param options pace, deadlines, perturbation
 * @param model the modelled controller behind the driver; empty: the recorded one, played back
 * @param record where the replay's own recording goes; empty: nowhere
 */
record Conditions(ReplayOptions options, Optional<ControllerProfile> model, Optional<Path> record) {
    /** The same with the replay recorded there. */
    Conditions recordedTo(Path file) {
        return new Conditions(options, model, Optional.of(file));
    }

    /** The same with other options. */
    Conditions with(ReplayOptions other) {
        return new Conditions(other, model, record);
    }
}
