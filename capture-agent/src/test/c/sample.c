/*
 * A whole modelled machine around mediator.c: a guest that enables the controller, creates two queue pairs, writes,
 * reads back, checks, deletes and shuts down; and a controller. One thread, one CPU a queue pair.
 *
 *     sample WHERE [FAULT [ROUNDS [POLICY [RING_BYTES [LATE]]]]]          see channel.h for WHERE
 *
 * LATE: the tap is emptied after every so many waits only, as by a reader that is too slow.
 *
 * Exit status 0: the guest found its data as it wrote them.
 */
#include <signal.h>

#include "channel.h"
#include "mediator.h"

#define MEMORY_BYTES (4u << 20)
#define OWN_MEMORY (2u << 20)
#define DISK_BLOCKS 2048u
#define DEPTH 8u
#define ENTRIES 64u

struct queue {
	uint64_t sq, cq;
	uint32_t sq_entries, cq_entries, head, tail, cq_tail, cq_head, phase, vector;
	int created;
};

struct guest_queue {
	uint64_t sq, cq;
	uint32_t entries, tail, head, phase, cid, done;
};

struct machine {
	struct mediator mediator;
	unsigned char memory[MEMORY_BYTES];
	unsigned char disk[DISK_BLOCKS * 512];
	uint32_t cc, aqa, csts;
	uint64_t asq, acq;
	struct queue queues[MEDIATOR_QUEUES];
	struct guest_queue guest[MEDIATOR_QUEUES];
	unsigned pending, late, waits;
	struct channel *channel;
};

static struct machine machine;

static unsigned
get16 (const unsigned char *p)
{
	return (unsigned)p[0] | (unsigned)p[1] << 8;
}

/* ---- the controller ------------------------------------------------------------------------- */

static uint32_t
controller_read (void *context, uint32_t offset)
{
	struct machine *m = context;
	switch (offset) {
	case 0x00:
		return 0x0F0103FF;      /* CAP: MQES 1023, CQR, TO 7.5 s */
	case 0x04:
		return 0x00000020;      /* CAP: CSS NVM */
	case 0x08:
		return 0x00010400;      /* VS 1.4 */
	case 0x14:
		return m->cc;
	case 0x1C:
		return m->csts;
	}
	return 0;
}

static void
controller_write (void *context, uint32_t offset, uint32_t value)
{
	struct machine *m = context;
	struct queue *q;
	switch (offset) {
	case 0x24:
		m->aqa = value;
		return;
	case 0x28:
		m->asq = value;
		return;
	case 0x2C:
		m->asq |= (uint64_t)value << 32;
		return;
	case 0x30:
		m->acq = value;
		return;
	case 0x34:
		m->acq |= (uint64_t)value << 32;
		return;
	case 0x14:
		if ((value & 1) && !(m->cc & 1)) {
			memset (m->queues, 0, sizeof m->queues);
			q = &m->queues[0];
			*q = (struct queue){ m->asq, m->acq, (m->aqa & 0xFFF) + 1,
				(m->aqa >> 16 & 0xFFF) + 1, 0, 0, 0, 0, 1, 0, 1 };
			m->csts = 1;
		} else if (!(value & 1)) {
			m->csts = 0;
		}
		if ((value >> 14 & 3) != 0)
			m->csts |= 2u << 2;
		m->cc = value;
		return;
	}
	if (offset >= 0x1000) {
		q = &m->queues[(offset - 0x1000) / 8];
		if (offset & 4)
			q->cq_head = value;
		else
			q->tail = value;
	}
}

static void
post (struct machine *m, unsigned qid, unsigned cid, uint32_t dw0, unsigned status)
{
	struct queue *q = &m->queues[qid];
	unsigned char *cqe = m->memory + q->cq + 16 * q->cq_tail;
	nvmetap_put32 (cqe, dw0);
	nvmetap_put32 (cqe + 4, 0);
	nvmetap_put16 (cqe + 8, q->head);
	nvmetap_put16 (cqe + 10, qid);
	nvmetap_put16 (cqe + 12, cid);
	nvmetap_put16 (cqe + 14, status << 1 | q->phase);
	q->cq_tail = (q->cq_tail + 1) % q->cq_entries;
	if (!q->cq_tail)
		q->phase ^= 1;
	m->pending |= 1u << q->vector;
}

static unsigned
admin (struct machine *m, const unsigned char *sqe, uint32_t *dw0)
{
	unsigned qid = get16 (sqe + 40);
	uint64_t prp1 = nvmetap_get64 (sqe + 24);
	struct queue *q = &m->queues[qid < MEDIATOR_QUEUES ? qid : 0];
	switch (sqe[0]) {
	case 0x06:
		memset (m->memory + prp1, 0, 4096);
		if (sqe[40] == 1) {
			memcpy (m->memory + prp1 + 4, "SAMPLE-0001         ", 20);
			memcpy (m->memory + prp1 + 24, "sample controller                       ", 40);
			m->memory[prp1 + 512] = 0x66;
			m->memory[prp1 + 513] = 0x44;
			m->memory[prp1 + 516] = 1;
		} else if (sqe[40] == 0) {
			nvmetap_put64 (m->memory + prp1, DISK_BLOCKS);
			nvmetap_put64 (m->memory + prp1 + 8, DISK_BLOCKS);
			nvmetap_put64 (m->memory + prp1 + 16, DISK_BLOCKS);
			m->memory[prp1 + 130] = 9; /* LBAF 0: 512 bytes */
		} else {
			nvmetap_put32 (m->memory + prp1, 1);
		}
		return 0;
	case 0x09:
	case 0x0A:
		*dw0 = (MEDIATOR_QUEUES - 2) | (MEDIATOR_QUEUES - 2) << 16;
		return 0;
	case 0x05:
		q->cq = prp1;
		q->cq_entries = get16 (sqe + 42) + 1;
		q->cq_tail = q->cq_head = 0;
		q->phase = 1;
		q->vector = get16 (sqe + 46);
		return 0;
	case 0x01:
		q->sq = prp1;
		q->sq_entries = get16 (sqe + 42) + 1;
		q->head = q->tail = 0;
		q->created = 1;
		return 0;
	case 0x00:
	case 0x04:
		q->created = 0;
		return 0;
	}
	return 1; /* Invalid Command Opcode */
}

static unsigned
io (struct machine *m, const unsigned char *sqe)
{
	uint64_t slba = nvmetap_get64 (sqe + 40);
	uint32_t bytes = 512u * (get16 (sqe + 48) + 1u);
	unsigned char *data = m->memory + nvmetap_get64 (sqe + 24);
	if (sqe[0] == 0)
		return 0;
	if (slba + bytes / 512 > DISK_BLOCKS)
		return 0x80; /* LBA Out of Range */
	if (sqe[0] == 1)
		memcpy (m->disk + slba * 512, data, bytes);
	else
		memcpy (data, m->disk + slba * 512, bytes);
	return 0;
}

/* Executes what was submitted, then interrupts. */
static void
controller_step (struct machine *m)
{
	unsigned qid, vector, ready;
	for (qid = 0; qid < MEDIATOR_QUEUES; qid++) {
		struct queue *q = &m->queues[qid];
		while (q->created && q->head != q->tail) {
			const unsigned char *sqe = m->memory + q->sq + 64 * q->head;
			uint32_t dw0 = 0;
			unsigned status;
			q->head = (q->head + 1) % q->sq_entries;
			status = qid ? io (m, sqe) : admin (m, sqe, &dw0);
			post (m, qid, get16 (sqe + 2), dw0, status);
		}
	}
	ready = m->pending;
	m->pending = 0;
	for (vector = 0; vector < MEDIATOR_QUEUES; vector++) {
		m->mediator.at.cpu = (int)(vector ? vector - 1 : 0);
		if (ready & 1u << vector)
			mediator_interrupt (&m->mediator, vector);
	}
}

/* ---- the guest ------------------------------------------------------------------------------ */

static void
guest_write (uint32_t offset, uint32_t value)
{
	mediator_write (&machine.mediator, offset, value);
}

static void
guest_interrupt (void *context, unsigned vector)
{
	struct machine *m = context;
	struct guest_queue *q = &m->guest[vector];
	const unsigned char *cqe = m->memory + q->cq + 16 * q->head;
	while ((get16 (cqe + 14) & 1u) == q->phase) {
		if (get16 (cqe + 14) >> 1) {
			fprintf (stderr, "sample: status %x\n", get16 (cqe + 14) >> 1);
			exit (1);
		}
		q->done++;
		q->head = (q->head + 1) % q->entries;
		if (!q->head)
			q->phase ^= 1;
		cqe = m->memory + q->cq + 16 * q->head;
	}
	guest_write (0x1000 + 8 * vector + 4, q->head);
}

static unsigned char *
next_sqe (unsigned qid, unsigned opcode, uint64_t prp1)
{
	struct guest_queue *q = &machine.guest[qid];
	unsigned char *sqe = machine.memory + q->sq + 64 * q->tail;
	memset (sqe, 0, 64);
	sqe[0] = (unsigned char)opcode;
	nvmetap_put16 (sqe + 2, q->cid);
	q->cid = (q->cid + 1) % 1000;
	nvmetap_put64 (sqe + 24, prp1);
	q->tail = (q->tail + 1) % q->entries;
	return sqe;
}

/* Rings, and waits for so many completions. */
static void
submit (unsigned qid, uint32_t count)
{
	struct guest_queue *q = &machine.guest[qid];
	uint32_t wanted = q->done + count;
	unsigned tries;
	machine.mediator.at.cpu = (int)(qid ? qid - 1 : 0);
	guest_write (0x1000 + 8 * qid, q->tail);
	for (tries = 0; q->done != wanted && tries < 100; tries++) {
		controller_step (&machine);
		machine.mediator.at.cpu = (int)(qid ? qid - 1 : 0);
	}
	if (q->done == wanted && machine.waits++ % machine.late)
		return;
	if (q->done != wanted || !channel_pump (machine.channel, machine.mediator.at.tap)) {
		fprintf (stderr, "sample: stuck\n");
		exit (1);
	}
}

static void
admin_command (unsigned opcode, uint64_t prp1, uint32_t nsid, uint32_t cdw10, uint32_t cdw11)
{
	unsigned char *sqe = next_sqe (0, opcode, prp1);
	nvmetap_put32 (sqe + 4, nsid);
	nvmetap_put32 (sqe + 40, cdw10);
	nvmetap_put32 (sqe + 44, cdw11);
	submit (0, 1);
}

static void
start_guest (void)
{
	unsigned qid;
	for (qid = 0; qid < MEDIATOR_QUEUES; qid++)
		machine.guest[qid] = (struct guest_queue){ 0x10000u + 0x2000u * qid,
			0x11000u + 0x2000u * qid, qid ? ENTRIES : 32, 0, 0, 1, 10 + 100 * qid, 0 };
	mediator_read (&machine.mediator, 0x00);
	mediator_read (&machine.mediator, 0x04);
	mediator_read (&machine.mediator, 0x08);
	guest_write (0x24, 0x001F001F);
	guest_write (0x28, 0x10000);
	guest_write (0x2C, 0);
	guest_write (0x30, 0x11000);
	guest_write (0x34, 0);
	guest_write (0x14, 0x00460001);
	while (!(mediator_read (&machine.mediator, 0x1C) & 1))
		continue;
	controller_step (&machine);
	admin_command (0x06, 0x8000, 0, 1, 0);
	admin_command (0x06, 0x9000, 1, 0, 0);
	admin_command (0x09, 0, 0, 7, 1u << 16 | 1);
	for (qid = 1; qid < MEDIATOR_QUEUES; qid++) {
		admin_command (0x05, machine.guest[qid].cq, 0, (ENTRIES - 1) << 16 | qid, qid << 16 | 3);
		admin_command (0x01, machine.guest[qid].sq, 0, (ENTRIES - 1) << 16 | qid, qid << 16 | 1);
	}
}

static void
transfer (unsigned qid, unsigned opcode, uint32_t round)
{
	uint32_t i;
	for (i = 0; i < DEPTH; i++) {
		uint64_t data = 0x40000u + 0x10000u * qid + 0x1000u * i;
		unsigned char *sqe;
		if (opcode == 1)
			memset (machine.memory + data, (int)(round * DEPTH + i + qid), 4096);
		else
			memset (machine.memory + data, 0, 4096);
		sqe = next_sqe (qid, opcode, data);
		nvmetap_put32 (sqe + 4, 1);
		nvmetap_put64 (sqe + 40, (qid * DEPTH + i) * 8);
		nvmetap_put16 (sqe + 48, 7);
	}
	submit (qid, DEPTH);
	for (i = 0; opcode == 2 && i < DEPTH; i++) {
		const unsigned char *data = machine.memory + 0x40000u + 0x10000u * qid + 0x1000u * i;
		if (data[0] != (unsigned char)(round * DEPTH + i + qid) || data[4095] != data[0]) {
			fprintf (stderr, "sample: wrong data\n");
			exit (1);
		}
	}
}

static void
stop_guest (void)
{
	unsigned qid;
	for (qid = MEDIATOR_QUEUES - 1; qid > 0; qid--)
		admin_command (0x00, 0, 0, qid, 0);
	for (qid = MEDIATOR_QUEUES - 1; qid > 0; qid--)
		admin_command (0x04, 0, 0, qid, 0);
	guest_write (0x14, 0x00464001);
	while ((mediator_read (&machine.mediator, 0x1C) >> 2 & 3) != 2)
		continue;
	guest_write (0x14, 0x00464000);
}

static void
hello (struct nvmetap *tap, unsigned policy)
{
	static const struct nvmetap_state disabled;
	struct nvmetap_controller c = { 0x1B36, 0x0010, 1, 0x200F0103FFull, 0x10400,
		"sample controller", "SAMPLE-0001", "1", "", &disabled, 0 };
	struct nvmetap_header h = { { 0 }, (uint64_t)time (0) * 1000, 1, "modelled machine", "",
		"model guest", "sample-mediator", "1.0", "test", &c,
		NVMETAP_UNSEEN_MSIX_TABLE | NVMETAP_UNSEEN_PCI_CONFIG, 1, (unsigned char)policy };
	struct nvmetap_at at = { tap, 0, 0 };
	if (!nvmetap_hello (&at, &h))
		channel_fail ("hello");
}

int
main (int argc, char **argv)
{
	size_t bytes = NVMETAP_BYTES (2, argc > 5 ? (size_t)atoi (argv[5]) : 1 << 18);
	struct channel channel = channel_open (argc > 1 ? argv[1] : "-", bytes);
	struct nvmetap *tap = nvmetap_init (channel.memory, bytes, 2, channel_tick_rate ());
	struct mediator_machine around = { &machine, controller_read, controller_write,
		guest_interrupt, machine.memory, OWN_MEMORY };
	uint32_t rounds = argc > 3 ? (uint32_t)atoi (argv[3]) : 20, round;
	unsigned qid;
	signal (SIGPIPE, SIG_IGN);
	if (!tap)
		channel_fail ("tap");
	tap->owner_pid = (uint32_t)getpid ();
	machine.channel = &channel;
	machine.late = argc > 6 ? (unsigned)atoi (argv[6]) : 1;
	mediator_init (&machine.mediator, tap, &around,
		       (enum mediator_fault)(argc > 2 ? atoi (argv[2]) : 0));
	hello (tap, argc > 4 ? (unsigned)atoi (argv[4]) : NVMETAP_PAYLOAD_ADMIN);
	start_guest ();
	for (round = 0; round < rounds; round++)
		for (qid = 1; qid < MEDIATOR_QUEUES; qid++) {
			transfer (qid, 1, round);
			transfer (qid, 2, round);
		}
	stop_guest ();
	while (!nvmetap_end (&machine.mediator.at, "the guest shut down"))
		channel_pump (&channel, tap);
	channel_pump (&channel, tap);
	return 0;
}
