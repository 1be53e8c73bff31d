package io.nvmetap.plan;

/**
 * A completion of the recording.
 *
 * @param at where
 * @param cqid completion queue
 * @param status 15 bits: SC, SCT, CRD, M, DNR
 * @param dw0 dword 0
 * @param dw1 dword 1
 * @param sqhd SQ head pointer
 * @param known which bytes of the entry were seen, see io.nvmetap.nvme.Cqe
 */
public record Answer(Moment at, int cqid, int status, int dw0, int dw1, int sqhd, int known) {}
