/*
 * A mediation driver, small and whole: it keeps the guest's queues from the controller. The guest's entries are
 * copied into queues of its own with CIDs of its own, completions are copied back with the guest's CID and SQHD,
 * the phase tag last. Needs no libc. What it does it says to the tap, in the order of docs/events.md.
 */
#include "mediator.h"

#define CSTS 0x1C
#define CC 0x14
#define AQA 0x24
#define ASQ 0x28
#define ACQ 0x30
#define DOORBELLS 0x1000
#define DELETE_SQ 0x00
#define CREATE_SQ 0x01
#define DELETE_CQ 0x04
#define CREATE_CQ 0x05
#define IDENTIFY 0x06
#define GET_FEATURES 0x0A

static uint16_t
get16 (const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

void
mediator_init (struct mediator *m, struct nvmetap *tap, const struct mediator_machine *machine,
	       enum mediator_fault fault)
{
	nvmetap_wipe ((unsigned char *)m, sizeof *m);
	m->at.tap = tap;
	nvmetap_copy ((unsigned char *)&m->machine, machine, sizeof *machine);
	m->fault = fault;
	m->next_id = 1;
	m->own_used = machine->own_memory;
}

static uint64_t
own_pages (struct mediator *m, uint32_t bytes)
{
	uint64_t at = m->own_used;
	m->own_used += (bytes + MEDIATOR_PAGE - 1) & ~(uint64_t)(MEDIATOR_PAGE - 1);
	nvmetap_wipe (m->machine.memory + at, (size_t)(m->own_used - at));
	return at;
}

static uint32_t
device_read (struct mediator *m, uint32_t offset)
{
	uint32_t v = m->machine.read_device (m->machine.context, offset);
	nvmetap_register_read (&m->at, NVMETAP_DEVICE, NVMETAP_BAR0, offset, 4, v);
	return v;
}

static void
device_write (struct mediator *m, uint32_t offset, uint32_t value)
{
	nvmetap_register_written (&m->at, NVMETAP_DEVICE, NVMETAP_BAR0, offset, 4, value);
	m->machine.write_device (m->machine.context, offset, value);
}

static void
device_doorbell (struct mediator *m, unsigned kind, unsigned qid, uint32_t value)
{
	nvmetap_lock (&m->at, NVMETAP_LOCK_TAKEN, qid);
	nvmetap_doorbell (&m->at, NVMETAP_DEVICE, kind, qid, value);
	m->machine.write_device (m->machine.context, DOORBELLS + 8 * qid + 4 * kind, value);
	nvmetap_lock (&m->at, NVMETAP_LOCK_RELEASED, qid);
}

/* ---- commands out --------------------------------------------------------------------------- */

static void
emit (struct mediator *m, unsigned qid, const unsigned char *sqe, const struct mediator_slot *slot)
{
	struct mediator_queue *q = &m->queues[qid];
	unsigned char *own = m->machine.memory + q->own_sq + 64 * q->own_tail;
	struct nvmetap_page page = { slot->data, slot->data_bytes };
	struct nvmetap_command c = { own, 64, (uint16_t)qid, (int32_t)q->own_tail, 0, slot->id,
		slot->data_bytes, &page, slot->data_bytes != 0,
		slot->own ? NVMETAP_OWNER_MEDIATOR : NVMETAP_OWNER_GUEST, 0 };
	uint32_t i = q->next_slot;
	while (q->slots[i].busy)
		i = (i + 1) % q->sq_entries;
	q->next_slot = (i + 1) % q->sq_entries;
	nvmetap_copy ((unsigned char *)&q->slots[i], slot, sizeof *slot);
	q->slots[i].busy = 1;
	nvmetap_copy (own, sqe, 64);
	nvmetap_put16 (own + 2, i);
	nvmetap_command (&m->at, NVMETAP_COMMAND_EMITTED, &c);
	q->own_tail = (q->own_tail + 1) % q->sq_entries;
}

/* Its own question after each enable: how many queues are there? */
static void
ask (struct mediator *m)
{
	unsigned char sqe[64];
	struct mediator_slot slot = { m->next_id++, 0, 0, 7, 0, 0, 1, GET_FEATURES };
	m->asked = 1;
	nvmetap_wipe (sqe, sizeof sqe);
	sqe[0] = GET_FEATURES;
	sqe[40] = 7;
	nvmetap_request (&m->at, NVMETAP_REQUEST_QUEUED, 0, NVMETAP_OWNER_MEDIATOR, slot.id);
	emit (m, 0, sqe, &slot);
	nvmetap_request (&m->at, NVMETAP_REQUEST_SUBMITTED, 0, NVMETAP_OWNER_MEDIATOR, slot.id);
	device_doorbell (m, NVMETAP_SQ_TAIL, 0, m->queues[0].own_tail);
}

/* The guest's queue becomes one of the mediator's own. */
static void
shadow_queue (struct mediator *m, unsigned char *sqe, int completion)
{
	unsigned qid = get16 (sqe + 40);
	uint32_t entries = get16 (sqe + 42) + 1u;
	struct mediator_queue *q;
	if (!qid || qid >= MEDIATOR_QUEUES || entries > MEDIATOR_ENTRIES_MAX)
		return; /* the controller will refuse it */
	q = &m->queues[qid];
	if (completion) {
		q->guest_cq = nvmetap_get64 (sqe + 24);
		q->cq_entries = entries;
		q->own_cq = own_pages (m, entries * 16);
		q->vector = get16 (sqe + 46);
		q->guest_cq_tail = q->own_cq_head = 0;
		q->guest_phase = q->own_phase = 1;
		q->has_cq = 1;
		nvmetap_put64 (sqe + 24, q->own_cq);
	} else {
		q->guest_sq = nvmetap_get64 (sqe + 24);
		q->sq_entries = entries;
		q->own_sq = own_pages (m, entries * 64);
		q->guest_head = q->own_tail = q->next_slot = 0;
		q->has_sq = 1;
		nvmetap_put64 (sqe + 24, q->own_sq);
	}
}

static void
fetch (struct mediator *m, unsigned qid, uint32_t tail)
{
	struct mediator_queue *q = &m->queues[qid];
	while (q->guest_head != tail) {
		unsigned char sqe[64];
		const unsigned char *guest = m->machine.memory + q->guest_sq + 64 * q->guest_head;
		struct mediator_slot slot = { m->next_id++, 0, 0, nvmetap_get32 (guest + 40),
			get16 (guest + 2), 0, 0, guest[0] };
		struct nvmetap_page page = { nvmetap_get64 (guest + 24), MEDIATOR_PAGE };
		struct nvmetap_command c = { guest, 64, (uint16_t)qid, (int32_t)q->guest_head, 0,
			slot.id, 0, &page, 0, NVMETAP_OWNER_GUEST, 0 };
		nvmetap_copy (sqe, guest, 64);
		if (qid ? (guest[0] & 3) != 0 : guest[0] == IDENTIFY) {
			c.page_count = 1;
			c.data_bytes = slot.data_bytes = qid ? 512u * (get16 (guest + 48) + 1u)
				: MEDIATOR_PAGE;
			page.bytes = slot.data_bytes;
			slot.data = page.address;
		}
		nvmetap_command (&m->at, NVMETAP_COMMAND_FETCHED, &c);
		if (qid == 0 && (sqe[0] == CREATE_CQ || sqe[0] == CREATE_SQ))
			shadow_queue (m, sqe, sqe[0] == CREATE_CQ);
		q->guest_head = (q->guest_head + 1) % q->sq_entries;
		emit (m, qid, sqe, &slot);
	}
	device_doorbell (m, NVMETAP_SQ_TAIL, qid, q->own_tail);
}

/* ---- completions back ----------------------------------------------------------------------- */

static void
store (struct mediator *m, unsigned qid, unsigned char *to, const unsigned char *cqe,
       unsigned from, unsigned bytes, unsigned index, int64_t id)
{
	struct mediator_queue *q = &m->queues[qid];
	uint64_t value = 0;
	unsigned i;
	for (i = bytes; i--;)
		value = value << 8 | cqe[from + i];
	nvmetap_store (&m->at, qid, (int32_t)q->guest_cq_tail, from, bytes, value, index, id);
	nvmetap_copy (to + from, cqe + from, bytes);
}

static void
copy_back (struct mediator *m, unsigned qid, const unsigned char *seen, struct mediator_slot *slot)
{
	struct mediator_queue *q = &m->queues[qid];
	unsigned char cqe[16];
	unsigned char *to = m->machine.memory + q->guest_cq + 16 * q->guest_cq_tail;
	unsigned status = get16 (seen + 14);
	nvmetap_copy (cqe, seen, 16);
	if (m->fault != MEDIATOR_SQHD_NOT_TRANSLATED)
		nvmetap_put16 (cqe + 8, q->guest_head);
	nvmetap_put16 (cqe + 12, slot->guest_cid);
	nvmetap_put16 (cqe + 14, (status & ~1u) | q->guest_phase);
	if (m->fault == MEDIATOR_PHASE_FIRST) {
		store (m, qid, to, cqe, 14, 2, 0, slot->id);
		store (m, qid, to, cqe, 0, 8, 1, slot->id);
		store (m, qid, to, cqe, 8, 6, 2, slot->id);
	} else {
		store (m, qid, to, cqe, 0, 8, 0, slot->id);
		store (m, qid, to, cqe, 8, 4, 1, slot->id);
		store (m, qid, to, cqe, 12, 2, 2, slot->id);
		nvmetap_fence (&m->at, qid);
		__atomic_thread_fence (__ATOMIC_RELEASE);
		store (m, qid, to, cqe, 14, 2, 3, slot->id);
	}
	nvmetap_completion (&m->at, NVMETAP_COMPLETION_COPIED, qid, (int32_t)q->guest_cq_tail, cqe,
			    NVMETAP_OWNER_GUEST, slot->id, 0);
	q->guest_cq_tail = (q->guest_cq_tail + 1) % q->cq_entries;
	if (!q->guest_cq_tail)
		q->guest_phase ^= 1;
}

/* What a successful admin command means for the mediator itself. */
static void
admin_done (struct mediator *m, const struct mediator_slot *slot)
{
	unsigned qid = slot->cdw10 & 0xFFFF;
	int completion = slot->opcode == DELETE_CQ;
	if ((slot->opcode != DELETE_SQ && !completion) || !qid || qid >= MEDIATOR_QUEUES)
		return;
	nvmetap_queue_memory_released (&m->at, completion, qid);
	if (completion)
		m->queues[qid].has_cq = 0;
	else
		m->queues[qid].has_sq = 0;
}

static void
seen (struct mediator *m, unsigned qid, const unsigned char *cqe, int32_t at)
{
	struct mediator_queue *q = &m->queues[qid];
	struct mediator_slot *slot = &q->slots[get16 (cqe + 12) % MEDIATOR_ENTRIES_MAX];
	struct nvmetap_piece piece = { m->machine.memory + slot->data, slot->data_bytes };
	int good = !(get16 (cqe + 14) & 0xFFFE);
	nvmetap_completion (&m->at, NVMETAP_COMPLETION_SEEN, qid, at, cqe,
			    slot->own ? NVMETAP_OWNER_MEDIATOR : NVMETAP_OWNER_GUEST, slot->id, 0);
	if (good && slot->data && (slot->opcode & 3) == 2)
		nvmetap_payload (&m->at, NVMETAP_DEVICE, NVMETAP_FROM_DEVICE, qid, slot->guest_cid,
				 slot->id, slot->data_bytes, &piece, 1);
	if (slot->own) {
		nvmetap_request (&m->at, NVMETAP_REQUEST_FREED, 0, NVMETAP_OWNER_MEDIATOR, slot->id);
	} else {
		if (good && !qid)
			admin_done (m, slot);
		copy_back (m, qid, cqe, slot);
	}
	slot->busy = 0;
}

void
mediator_interrupt (struct mediator *m, unsigned vector)
{
	unsigned qid, guest_entries = 0, own_entries = 0;
	nvmetap_interrupt (&m->at, NVMETAP_INTERRUPT_RAISED, NVMETAP_DEVICE, vector, NVMETAP_MSIX);
	for (qid = 0; qid < MEDIATOR_QUEUES; qid++) {
		struct mediator_queue *q = &m->queues[qid];
		if (!q->has_cq || q->vector != vector)
			continue;
		for (;;) {
			const unsigned char *cqe = m->machine.memory + q->own_cq + 16 * q->own_cq_head;
			int own;
			if ((get16 (cqe + 14) & 1u) != q->own_phase)
				break;
			__atomic_thread_fence (__ATOMIC_ACQUIRE);
			own = q->slots[get16 (cqe + 12) % MEDIATOR_ENTRIES_MAX].own;
			seen (m, qid, cqe, (int32_t)q->own_cq_head);
			own ? own_entries++ : guest_entries++;
			q->own_cq_head = (q->own_cq_head + 1) % q->cq_entries;
			if (!q->own_cq_head)
				q->own_phase ^= 1;
		}
		if (own_entries)
			device_doorbell (m, NVMETAP_CQ_HEAD, qid, q->own_cq_head);
	}
	if (guest_entries) {
		nvmetap_interrupt (&m->at, NVMETAP_INTERRUPT_DELIVERED, NVMETAP_GUEST, vector,
				   NVMETAP_MSIX);
		m->machine.inject (m->machine.context, vector);
	}
}

/* ---- registers and doorbells ---------------------------------------------------------------- */

static void
enable (struct mediator *m, uint32_t value)
{
	struct mediator_queue *q = &m->queues[0];
	nvmetap_wipe ((unsigned char *)q, sizeof *q);
	q->sq_entries = (m->aqa & 0xFFF) + 1;
	q->cq_entries = (m->aqa >> 16 & 0xFFF) + 1;
	q->guest_sq = m->asq;
	q->guest_cq = m->acq;
	q->own_sq = own_pages (m, q->sq_entries * 64);
	q->own_cq = own_pages (m, q->cq_entries * 16);
	q->guest_phase = q->own_phase = 1;
	q->has_cq = q->has_sq = 1;
	m->asked = 0;
	device_write (m, AQA, m->aqa);
	device_write (m, ASQ, (uint32_t)q->own_sq);
	device_write (m, ASQ + 4, (uint32_t)(q->own_sq >> 32));
	device_write (m, ACQ, (uint32_t)q->own_cq);
	device_write (m, ACQ + 4, (uint32_t)(q->own_cq >> 32));
	device_write (m, CC, value);
}

static void
disable (struct mediator *m, uint32_t value)
{
	unsigned qid;
	nvmetap_reset (&m->at, NVMETAP_GUEST, NVMETAP_RESET_CC_EN, NVMETAP_BEGIN);
	device_write (m, CC, value);
	while (device_read (m, CSTS) & 1)
		continue;
	for (qid = 0; qid < MEDIATOR_QUEUES; qid++) {
		struct mediator_queue *q = &m->queues[qid];
		if (q->has_sq)
			nvmetap_queue_memory_released (&m->at, 0, qid);
		if (q->has_cq)
			nvmetap_queue_memory_released (&m->at, 1, qid);
		nvmetap_wipe ((unsigned char *)q, sizeof *q);
	}
	m->own_used = m->machine.own_memory;
	nvmetap_reset (&m->at, NVMETAP_GUEST, NVMETAP_RESET_CC_EN, NVMETAP_END);
}

static void
guest_doorbell (struct mediator *m, uint32_t offset, uint32_t value)
{
	unsigned qid = (offset - DOORBELLS) / 8, kind = (offset & 4) != 0;
	struct mediator_queue *q;
	nvmetap_doorbell (&m->at, NVMETAP_GUEST, kind, qid, value);
	q = qid < MEDIATOR_QUEUES ? &m->queues[qid] : 0;
	if (!q || !(kind ? q->has_cq : q->has_sq)
	    || value >= (kind ? q->cq_entries : q->sq_entries)) {
		nvmetap_decision (&m->at, NVMETAP_GUEST, NVMETAP_IGNORED, "doorbell", (int)qid, -1,
				  "no such queue, or beyond its end");
		return;
	}
	if (kind == NVMETAP_SQ_TAIL)
		fetch (m, qid, value);
	else
		device_doorbell (m, NVMETAP_CQ_HEAD, qid, q->own_cq_head);
}

void
mediator_write (struct mediator *m, uint32_t offset, uint32_t value)
{
	if (offset >= DOORBELLS) {
		guest_doorbell (m, offset, value);
		return;
	}
	nvmetap_register_written (&m->at, NVMETAP_GUEST, NVMETAP_BAR0, offset, 4, value);
	switch (offset) {
	case AQA:
		m->aqa = value;
		break;
	case ASQ:
		m->asq = (m->asq >> 32 << 32) | value;
		break;
	case ASQ + 4:
		m->asq = (m->asq & 0xFFFFFFFF) | (uint64_t)value << 32;
		break;
	case ACQ:
		m->acq = (m->acq >> 32 << 32) | value;
		break;
	case ACQ + 4:
		m->acq = (m->acq & 0xFFFFFFFF) | (uint64_t)value << 32;
		break;
	case CC:
		if ((value & 1) && !(m->cc & 1))
			enable (m, value);
		else if (!(value & 1) && (m->cc & 1))
			disable (m, value);
		else
			device_write (m, CC, value);
		m->cc = value;
		break;
	default:
		device_write (m, offset, value);
	}
}

uint32_t
mediator_read (struct mediator *m, uint32_t offset)
{
	uint32_t value;
	switch (offset) {
	case AQA:
		value = m->aqa;
		break;
	case CC:
		value = m->cc;
		break;
	default:
		value = device_read (m, offset);
	}
	if (offset == CSTS && (value & 1) && (m->cc & 1) && !m->asked)
		ask (m);
	nvmetap_register_read (&m->at, NVMETAP_GUEST, NVMETAP_BAR0, offset, 4, value);
	return value;
}
