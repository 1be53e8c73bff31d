package io.nvmetap.corpus;

import static io.nvmetap.corpus.Plant.controller;
import static io.nvmetap.corpus.Plant.uboot;

import io.nvmetap.device.model.ControllerFault;
import java.util.List;

/** Faults and limits of controllers. */
final class ControllerFaults {
    private ControllerFaults() {}

    static List<PlantedFault> all() {
        return List.of(controller(ControllerFault.COMMAND_STALL, uboot()));
    }
}
