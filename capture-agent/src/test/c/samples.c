/*
 * Events of every kind with contents drawn from a seed, as the tap makes bytes of them; TapSamples.java draws the
 * same and expects the same. Time counts the events.
 *
 *     samples WHERE SEED COUNT POLICY [ROOM]          ROOM: bytes one nvmetap_take may give
 */
#include <stdint.h>

static uint64_t samples_clock;
#define NVMETAP_TICKS() samples_clock

#include "channel.h"

static uint64_t state;

/* SplitMix64. */
static uint64_t
next (void)
{
	uint64_t z = state += 0x9E3779B97F4A7C15ull;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ z >> 27) * 0x94D049BB133111EBull;
	return z ^ z >> 31;
}

static unsigned
number (unsigned bound)
{
	return (unsigned)((next () >> 1) % bound);
}

static void
fill (unsigned char *to, unsigned bytes)
{
	unsigned i;
	uint64_t v = 0;
	for (i = 0; i < bytes; i++, v >>= 8) {
		if (i % 8 == 0)
			v = next ();
		to[i] = (unsigned char)v;
	}
}

static const char *
text (char *to)
{
	if (number (3) == 0)
		return 0;
	sprintf (to, "t\xC3\xA4p %u", number (100000));
	return to;
}

static void
draw_state (struct nvmetap_state *s, struct nvmetap_queue *queues, uint16_t *cids, uint16_t *masked)
{
	unsigned i, c;
	s->cc = next ();
	s->csts = next ();
	s->aqa = next ();
	s->asq = next ();
	s->acq = next ();
	s->number_of_queues_set = (unsigned char)number (2);
	s->masked_count = (uint16_t)number (5);
	for (i = 0; i < s->masked_count; i++)
		masked[i] = (uint16_t)number (2048);
	s->queue_count = number (4);
	for (i = 0; i < s->queue_count; i++) {
		struct nvmetap_queue *q = &queues[i];
		q->completion = (unsigned char)number (2);
		q->interrupts_enabled = (unsigned char)number (2);
		q->qid = (uint16_t)number (65536);
		q->cqid = (uint16_t)number (65536);
		q->vector = (int32_t)number (2049) - 1;
		q->size_entries = number (65537);
		q->address = next ();
		q->head = number (65536);
		q->tail = number (65536);
		q->cid_count = number (4);
		q->cids_in_flight = cids + 4 * i;
		for (c = 0; c < q->cid_count; c++)
			cids[4 * i + c] = (uint16_t)number (65536);
	}
	s->queues = queues;
	s->masked_vectors = masked;
}

static struct nvmetap_state drawn_state;
static struct nvmetap_queue drawn_queues[4];
static uint16_t drawn_cids[16], drawn_masked[8];

static void
hello (struct nvmetap *tap, unsigned policy)
{
	char texts[12][40];
	struct nvmetap_controller c[2] = { { -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0 } };
	struct nvmetap_header h = { .controllers = c, .controller_count = 2, .policy = (unsigned char)policy };
	struct nvmetap_at at = { tap, 0, 0 };
	fill (h.id, 16);
	h.wall_clock_ms = next () >> 1;
	h.time_resolution_ns = number (5000);
	h.unseen = number (1u << 20);
	h.machine = text (texts[0]);
	h.firmware = text (texts[1]);
	h.os = text (texts[2]);
	h.mediator_name = text (texts[3]);
	h.mediator_version = text (texts[4]);
	h.mediator_build = text (texts[5]);
	c[1].vendor_id = (int32_t)number (65536);
	c[1].device_id = (int32_t)number (65536);
	c[1].mdts = (int32_t)number (10) - 1;
	c[1].cap = next ();
	c[1].vs = next ();
	c[1].model = text (texts[6]);
	c[1].serial = text (texts[7]);
	c[1].serial_plain = (unsigned char)number (2);
	c[1].firmware_revision = text (texts[8]);
	c[1].profile = text (texts[9]);
	draw_state (&drawn_state, drawn_queues, drawn_cids, drawn_masked);
	c[1].state = &drawn_state;
	if (!nvmetap_hello (&at, &h))
		channel_fail ("hello");
}

static void
command (const struct nvmetap_at *at, unsigned kind)
{
	unsigned char sqe[128];
	struct nvmetap_page pages[20];
	struct nvmetap_command c;
	unsigned i;
	c.sqe = sqe;
	c.sqe_bytes = number (2) ? 128 : 64;
	fill (sqe, c.sqe_bytes);
	c.sqid = (uint16_t)number (65536);
	c.slot = (int32_t)number (1024) - 1;
	c.unseen = next ();
	c.id = (int64_t)next ();
	c.data_bytes = (int64_t)number (1 << 20) - 1;
	c.owner = (unsigned char)number (3);
	c.sgl = (unsigned char)number (2);
	c.page_count = number (20);
	for (i = 0; i < c.page_count; i++) {
		pages[i].address = next ();
		pages[i].bytes = number (4097);
	}
	c.pages = pages;
	nvmetap_command (at, kind, &c);
}

static void
payload (const struct nvmetap_at *at, unsigned side)
{
	unsigned char content[300];
	struct nvmetap_piece pieces[2];
	unsigned transfer = number (2), sqid = number (3), bytes = number (300), cut = number (bytes + 1);
	int cid = (int)number (65537) - 1;
	int64_t id = (int64_t)next ();
	uint64_t total = next () >> 1;
	fill (content, bytes);
	pieces[0].at = content;
	pieces[0].bytes = cut;
	pieces[1].at = content + cut;
	pieces[1].bytes = bytes - cut;
	nvmetap_payload (at, side, transfer, sqid, cid, id, total, pieces, 2);
}

static void
rare (const struct nvmetap_at *at, unsigned kind, unsigned side)
{
	char one[40], two[40];
	unsigned char bytes[512];
	const char *first;
	unsigned a, b, c;
	int64_t id;
	switch (kind) {
	case NVMETAP_CONTROLLER_RESET:
		a = number (6);
		nvmetap_reset (at, side, a, number (2));
		break;
	case NVMETAP_TAKE_OVER:
		a = number (2);
		nvmetap_take_over (at, a, text (one));
		break;
	case NVMETAP_LOCK_TAKEN:
	case NVMETAP_LOCK_RELEASED:
		nvmetap_lock (at, kind, (int64_t)next ());
		break;
	case NVMETAP_DECISION:
		a = number (6);
		first = text (one);
		b = number (65537);
		c = number (65537);
		nvmetap_decision (at, side, a, first, (int)b - 1, (int)c - 1, text (two));
		break;
	case NVMETAP_PAYLOAD:
		payload (at, side);
		break;
	case NVMETAP_ANNOTATION:
		first = text (one);
		nvmetap_annotation (at, first, text (two));
		break;
	case NVMETAP_HEARTBEAT:
		nvmetap_heartbeat (at);
		break;
	case NVMETAP_EVENTS_LOST:
		a = number (1000) + 1;
		nvmetap_lost (at, a, text (one));
		break;
	case NVMETAP_POINTER_LIST_READ:
		a = number (65536);
		id = (int64_t)next ();
		b = number (64) * 8;
		fill (bytes, b);
		nvmetap_pointer_list (at, a, id, next (), bytes, b);
		break;
	case NVMETAP_QUEUE_MEMORY_RELEASED:
		a = number (2);
		nvmetap_queue_memory_released (at, (int)a, number (65536));
		break;
	case NVMETAP_REQUEST_STATE:
		a = number (5);
		b = number (65536);
		c = number (3);
		nvmetap_request (at, a, b, c, (int64_t)next ());
		break;
	case NVMETAP_INTERRUPT_LINE_LOWERED:
		nvmetap_interrupt_line_lowered (at, side);
		break;
	}
}

static void
sample (const struct nvmetap_at *at, unsigned kind, unsigned side)
{
	char one[40];
	unsigned char cqe[16];
	unsigned a, b, c, d;
	uint64_t offset, value;
	int64_t id;
	switch (kind) {
	case NVMETAP_STATE_SNAPSHOT:
		draw_state (&drawn_state, drawn_queues, drawn_cids, drawn_masked);
		nvmetap_snapshot (at, side, number (4) ? &drawn_state : 0);
		break;
	case NVMETAP_REGISTER_READ:
	case NVMETAP_REGISTER_WRITTEN:
		a = number (3);
		b = 1u << number (4);
		offset = number (1 << 14);
		value = next ();
		c = number (2);
		if (kind == NVMETAP_REGISTER_WRITTEN)
			nvmetap_register_written (at, side, a, offset, b, value);
		else if (c)
			nvmetap_register_read (at, side, a, offset, b, value);
		else
			nvmetap_register_read_unseen (at, side, a, offset, b);
		break;
	case NVMETAP_DOORBELL_RUNG:
		a = number (2);
		b = number (65536);
		nvmetap_doorbell (at, side, a, b, number (65536));
		break;
	case NVMETAP_SHADOW_DOORBELL:
		a = number (2);
		b = number (2);
		c = number (65536);
		d = number (65536);
		nvmetap_shadow (at, side, a, b, c, d, (int)number (2));
		break;
	case NVMETAP_COMMAND_FETCHED:
	case NVMETAP_COMMAND_EMITTED:
		command (at, kind);
		break;
	case NVMETAP_COMPLETION_SEEN:
	case NVMETAP_COMPLETION_COPIED:
		a = number (65536);
		b = number (1024);
		fill (cqe, 16);
		c = number (3);
		id = (int64_t)next ();
		nvmetap_completion (at, kind, a, (int32_t)b - 1, cqe, c, id, (uint32_t)next ());
		break;
	case NVMETAP_COMPLETION_STORED:
		a = number (65536);
		b = number (1024);
		c = number (16);
		d = number (17);
		value = next ();
		id = (int64_t)next ();
		nvmetap_store (at, a, (int32_t)b - 1, c, d, value, number (16), id);
		break;
	case NVMETAP_STORE_FENCE:
		nvmetap_fence (at, number (65536));
		break;
	case NVMETAP_INTERRUPT_RAISED:
	case NVMETAP_INTERRUPT_DELIVERED:
		a = number (2048);
		nvmetap_interrupt (at, kind, side, a, number (4));
		break;
	case NVMETAP_INTERRUPT_SUPPRESSED:
		a = number (2048);
		b = number (4);
		nvmetap_interrupt_suppressed (at, side, a, b, text (one));
		break;
	case NVMETAP_VECTOR_MASKED:
	case NVMETAP_VECTOR_UNMASKED:
	case NVMETAP_VECTOR_FLUSHED:
		nvmetap_vector (at, kind, side, number (2048));
		break;
	default:
		rare (at, kind, side);
	}
}

int
main (int argc, char **argv)
{
	size_t bytes = NVMETAP_BYTES (4, 1 << 16);
	struct channel channel = channel_open (argc > 1 ? argv[1] : "-", bytes);
	struct nvmetap *tap = nvmetap_init (channel.memory, bytes, 4, 1000000000);
	struct nvmetap_at at = { tap, 0, 0 };
	unsigned count, i;
	if (argc < 5 || !tap)
		return 2;
	if (argc > 5)
		channel.piece = (size_t)atoi (argv[5]);
	state = strtoull (argv[2], 0, 10);
	count = (unsigned)atoi (argv[3]);
	hello (tap, (unsigned)atoi (argv[4]));
	for (i = 0; i < count; i++) {
		unsigned kind = 1 + i % (NVMETAP_KINDS - 1), side;
		if (kind == NVMETAP_CAPTURE_ENDED)
			continue;
		at.cpu = (int)number (9) - 1;
		at.controller = number (2);
		side = number (3);
		samples_clock += 1000;
		sample (&at, kind, side);
		channel_pump (&channel, tap);
	}
	at.cpu = 0;
	at.controller = 0;
	if (!nvmetap_end (&at, "all drawn"))
		return 1;
	channel_pump (&channel, tap);
	return 0;
}
