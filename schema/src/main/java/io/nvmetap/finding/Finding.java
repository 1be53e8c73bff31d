package io.nvmetap.finding;

import java.util.List;

/**
 * One verdict of one rule.
 *
 * @param id same events, same id: a second delivery is recognised by it
 * @param session hexadecimal session id
 * @param rule permanent rule id
 * @param verdict verdict
 * @param severity severity
 * @param owner the party that owes the next step or broke the rule
 * @param controller controller index
 * @param sqid submission queue, -1 none
 * @param cqid completion queue, -1 none
 * @param cid command id, -1 none
 * @param fromSeq first event it is about
 * @param toSeq last event it is about
 * @param timeNs event time when it was certain
 * @param title short name
 * @param explanation one or two sentences
 * @param evidence sequence numbers that prove it
 * @param clause specification clause
 * @param remedy what to do
 * @param catalog catalog entries
 */
public record Finding(
        String id,
        String session,
        String rule,
        Verdict verdict,
        Severity severity,
        Party owner,
        int controller,
        int sqid,
        int cqid,
        int cid,
        long fromSeq,
        long toSeq,
        long timeNs,
        String title,
        String explanation,
        List<Long> evidence,
        String clause,
        String remedy,
        List<String> catalog) {
    public Finding {
        evidence = List.copyOf(evidence);
        catalog = List.copyOf(catalog);
    }
}
