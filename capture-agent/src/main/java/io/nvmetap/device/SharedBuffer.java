package io.nvmetap.device;

import java.io.FileDescriptor;
import java.nio.ByteBuffer;

/**
 * Memory of this process that another one can be given.
 *
 * @param bytes the memory, little-endian
 * @param descriptor the file behind it, which starts where the memory starts; its owner's to close
 */
public record SharedBuffer(ByteBuffer bytes, FileDescriptor descriptor) {}
