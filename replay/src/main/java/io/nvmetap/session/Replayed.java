package io.nvmetap.session;

import io.nvmetap.compare.Verdict;

/**
 * A replay that ended.
 *
 * @param verdict how
 * @param trail which event of the recording was replayed when
 */
record Replayed(Verdict verdict, Trail trail) {}
