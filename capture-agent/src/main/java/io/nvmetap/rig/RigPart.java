package io.nvmetap.rig;

import java.nio.file.Path;

/**
 * One part, for people.
 *
 * @param name short name
 * @param version version of the package it came in
 * @param path the file that is used
 */
public record RigPart(String name, String version, Path path) {}
