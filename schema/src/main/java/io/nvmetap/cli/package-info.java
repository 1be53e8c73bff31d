/**
 * What every command shares: exit statuses, the one-line failure, the runner. Holds no command.
 * Here, in the module everyone may import, because the commands live in modules that may not import
 * each other.
 */
package io.nvmetap.cli;
