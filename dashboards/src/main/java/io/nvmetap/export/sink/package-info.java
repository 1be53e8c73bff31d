/** What every export format does with events, and the file it goes to. Imports event and cli. */
package io.nvmetap.export.sink;
