/*
 * nvmetap.h: the tap of a mediation driver written in C. One header, C99, no libc, no allocation.
 *
 * The mediator gives it one piece of memory. Each CPU has a ring of its own in it; an event costs a
 * compare-and-swap on that ring, a ticket from one shared counter and the stores of its fields. No
 * call waits: where there is no room the event is dropped and counted. So every function but
 * nvmetap_take() may be called under spinlocks, with interrupts off and in interrupt handlers that
 * interrupted another of these calls. docs/tap-wire-format.md describes the memory and the bytes.
 *
 *     static unsigned char memory[NVMETAP_BYTES (4, 1 << 18)] __attribute__ ((aligned (64)));
 *     struct nvmetap *tap = nvmetap_init (memory, sizeof memory, 4, tsc_per_second);
 *     struct nvmetap_at at = { tap, cpu, 0 };
 *     nvmetap_hello (&at, &header);                                   recording is on
 *     if (nvmetap_on (tap)) nvmetap_doorbell (&at, NVMETAP_GUEST, NVMETAP_SQ_TAIL, qid, tail);
 *     n = nvmetap_take (tap, buffer, sizeof buffer);                  from a timer or a thread: send n bytes
 *
 * Values of enumerations are those of the wire format and of the event schema; they never change.
 * What each event means and in which order events come: docs/events.md.
 */
#ifndef NVMETAP_H
#define NVMETAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#error "nvmetap.h is C; call it from a C file"
#endif

#define NVMETAP_FN static inline __attribute__ ((unused))
#define NVMETAP_CHECK(name, holds) typedef char nvmetap_check_##name[(holds) ? 1 : -1] __attribute__ ((unused))

#if __GCC_ATOMIC_LLONG_LOCK_FREE != 2
#error "this machine has no compare-and-swap of 64 bits"
#endif

/* ---- what may be set before this header is included ---------------------------------------- */

/* A clock that does not go back on one CPU and is nearly equal on all; its rate: nvmetap_init(). */
#ifndef NVMETAP_TICKS
#define NVMETAP_TICKS() nvmetap_ticks ()
#if defined (__x86_64__) || defined (__i386__)
NVMETAP_FN uint64_t
nvmetap_ticks (void)
{
	uint32_t low, high;
	__asm__ __volatile__ ("rdtsc" : "=a" (low), "=d" (high));
	return (uint64_t)high << 32 | low;
}
#elif defined (__aarch64__)
NVMETAP_FN uint64_t
nvmetap_ticks (void)
{
	uint64_t now;
	__asm__ __volatile__ ("mrs %0, cntvct_el0" : "=r" (now));
	return now;
}
#else
#error "define NVMETAP_TICKS() as a uint64_t clock of this machine"
#endif
#endif

/* CRC-32C of n bytes at p, going on from crc; a machine with an instruction for it can name it here. */
#ifndef NVMETAP_CRC32C
#define NVMETAP_CRC32C(crc, p, n) nvmetap_crc32c (crc, p, n)
#endif

/* ---- bounds --------------------------------------------------------------------------------- */

#define NVMETAP_VERSION 1
#define NVMETAP_RINGS_MAX 1024
#define NVMETAP_RING_BYTES_MIN 4096u
#define NVMETAP_RING_BYTES_MAX (1u << 28)
#define NVMETAP_FRAME_HEADER 48
#define NVMETAP_TEXT_MAX 1024        /* bytes of one text; the rest is cut */
#define NVMETAP_PAGES_MAX 4096       /* pages of one command; the rest is left out */
#define NVMETAP_CONTENT_MAX (1u << 20) /* payload bytes of one event, and at most a quarter of the ring */
#define NVMETAP_BODY_MAX (2u << 20)  /* bytes of one frame's body */
#define NVMETAP_CONTROLLERS_MAX 64
#define NVMETAP_QUEUES_MAX 4096
#define NVMETAP_CPU_UNKNOWN (-1)

#define NVMETAP_SYNC 0xA554564Eu     /* bytes 4E 56 54 A5 on the wire */
#define NVMETAP_PADDING 0x80000000u  /* of a commit word: no frame, skip so many bytes */
#define NVMETAP_REGION_HEADER 1024
#define NVMETAP_RING_HEADER 256
/* Memory for so many rings of so many bytes, a power of two each. */
#define NVMETAP_BYTES(rings, ring_bytes) \
	(NVMETAP_REGION_HEADER + (size_t)(rings) * (NVMETAP_RING_HEADER + (size_t)(ring_bytes)))

/* ---- words ---------------------------------------------------------------------------------- */

enum nvmetap_kind {
	NVMETAP_CAPTURE_STARTED, NVMETAP_STATE_SNAPSHOT, NVMETAP_REGISTER_READ,
	NVMETAP_REGISTER_WRITTEN, NVMETAP_DOORBELL_RUNG, NVMETAP_SHADOW_DOORBELL,
	NVMETAP_COMMAND_FETCHED, NVMETAP_COMMAND_EMITTED, NVMETAP_COMPLETION_SEEN,
	NVMETAP_COMPLETION_COPIED, NVMETAP_COMPLETION_STORED, NVMETAP_STORE_FENCE,
	NVMETAP_INTERRUPT_RAISED, NVMETAP_INTERRUPT_DELIVERED, NVMETAP_INTERRUPT_SUPPRESSED,
	NVMETAP_VECTOR_MASKED, NVMETAP_VECTOR_UNMASKED, NVMETAP_VECTOR_FLUSHED,
	NVMETAP_CONTROLLER_RESET, NVMETAP_TAKE_OVER, NVMETAP_LOCK_TAKEN, NVMETAP_LOCK_RELEASED,
	NVMETAP_DECISION, NVMETAP_PAYLOAD, NVMETAP_ANNOTATION, NVMETAP_HEARTBEAT,
	NVMETAP_EVENTS_LOST, NVMETAP_CAPTURE_ENDED, NVMETAP_POINTER_LIST_READ,
	NVMETAP_QUEUE_MEMORY_RELEASED, NVMETAP_REQUEST_STATE, NVMETAP_INTERRUPT_LINE_LOWERED,
	NVMETAP_KINDS
};
enum nvmetap_side { NVMETAP_NONE, NVMETAP_GUEST, NVMETAP_DEVICE };
enum nvmetap_owner { NVMETAP_OWNER_UNKNOWN, NVMETAP_OWNER_GUEST, NVMETAP_OWNER_MEDIATOR };
enum nvmetap_space { NVMETAP_BAR0, NVMETAP_PCI_CONFIG, NVMETAP_MSIX_TABLE };
enum nvmetap_doorbell_kind { NVMETAP_SQ_TAIL, NVMETAP_CQ_HEAD };
enum nvmetap_cell { NVMETAP_CELL_DOORBELL, NVMETAP_CELL_EVENT_IDX };
enum nvmetap_interrupt_kind {
	NVMETAP_INTERRUPT_UNKNOWN, NVMETAP_INTX, NVMETAP_MSI, NVMETAP_MSIX
};
enum nvmetap_reset_kind {
	NVMETAP_RESET_UNKNOWN, NVMETAP_RESET_CC_EN, NVMETAP_RESET_FUNCTION_LEVEL,
	NVMETAP_RESET_SUBSYSTEM, NVMETAP_RESET_MACHINE, NVMETAP_RESET_DRIVER
};
enum nvmetap_edge { NVMETAP_BEGIN, NVMETAP_END };
enum nvmetap_take_over_step { NVMETAP_DISCONNECT, NVMETAP_CONNECT };
enum nvmetap_decision_kind {
	NVMETAP_IGNORED, NVMETAP_DEFERRED, NVMETAP_RESUMED, NVMETAP_FILTERED, NVMETAP_PAUSED,
	NVMETAP_REJECTED
};
enum nvmetap_request_step {
	NVMETAP_REQUEST_QUEUED, NVMETAP_REQUEST_SUBMITTED, NVMETAP_REQUEST_PAUSED,
	NVMETAP_REQUEST_RESUMED, NVMETAP_REQUEST_FREED
};
enum nvmetap_transfer { NVMETAP_TO_DEVICE, NVMETAP_FROM_DEVICE };
/* Which data leave the mediator: none, that of admin commands, of others a digest, or all. */
enum nvmetap_policy { NVMETAP_PAYLOAD_NONE, NVMETAP_PAYLOAD_ADMIN, NVMETAP_PAYLOAD_DIGEST,
	NVMETAP_PAYLOAD_ALL };
/* Bits of nvmetap_header.unseen: what this mediator does not tell. */
enum nvmetap_unseen {
	NVMETAP_UNSEEN_OTHER = 1 << 0, NVMETAP_UNSEEN_REGISTER_READ_VALUES = 1 << 1,
	NVMETAP_UNSEEN_SQE_FIELDS = 1 << 2, NVMETAP_UNSEEN_CQE_SQHD = 1 << 3,
	NVMETAP_UNSEEN_CQE_PHASE = 1 << 4, NVMETAP_UNSEEN_CQE_SQID = 1 << 5,
	NVMETAP_UNSEEN_GUEST_SIDE = 1 << 6, NVMETAP_UNSEEN_DEVICE_SIDE = 1 << 7,
	NVMETAP_UNSEEN_MSIX_TABLE = 1 << 8, NVMETAP_UNSEEN_INTERRUPT_DELIVERY = 1 << 9,
	NVMETAP_UNSEEN_CPU = 1 << 10, NVMETAP_UNSEEN_STORES = 1 << 11,
	NVMETAP_UNSEEN_LOCKS = 1 << 12, NVMETAP_UNSEEN_PAYLOAD = 1 << 13,
	NVMETAP_UNSEEN_CONTROLLER_IDENTITY = 1 << 14, NVMETAP_UNSEEN_REAL_TIME = 1 << 15,
	NVMETAP_UNSEEN_DECISIONS = 1 << 16, NVMETAP_UNSEEN_RESETS = 1 << 17,
	NVMETAP_UNSEEN_PCI_CONFIG = 1 << 18, NVMETAP_UNSEEN_SLOTS = 1 << 19
};

/* A queue at one moment. size_entries is not 0's based. A submission queue's cqid is the completion
   queue it posts to, a completion queue's its own id. vector -1: none. */
struct nvmetap_queue {
	unsigned char completion, interrupts_enabled;
	uint16_t qid, cqid;
	int32_t vector;
	uint32_t size_entries, head, tail;
	uint64_t address;
	const uint16_t *cids_in_flight;
	uint32_t cid_count;
};

/* Live state of a controller as the guest sees it. */
struct nvmetap_state {
	uint64_t cc, csts, aqa, asq, acq;
	const struct nvmetap_queue *queues;
	const uint16_t *masked_vectors;
	uint32_t queue_count;
	uint16_t masked_count;
	unsigned char number_of_queues_set;
};

/* Texts may be null. Ids -1, cap and vs 0, mdts -1: not known. The serial number leaves the mediator as the
   first 8 bytes of its SHA-256, unless serial_plain. state null: not known. */
struct nvmetap_controller {
	int32_t vendor_id, device_id, mdts;
	uint64_t cap, vs;
	const char *model, *serial, *firmware_revision, *profile;
	const struct nvmetap_state *state;
	unsigned char serial_plain;
};

/* What the recording says of itself. id: 16 random bytes, or zeros and the agent draws them. */
struct nvmetap_header {
	unsigned char id[16];
	uint64_t wall_clock_ms;         /* Unix time now, 0 not known */
	uint64_t time_resolution_ns;
	const char *machine, *firmware, *os;
	const char *mediator_name, *mediator_version, *mediator_build;
	const struct nvmetap_controller *controllers;
	uint32_t unseen;                /* enum nvmetap_unseen */
	unsigned char controller_count;
	unsigned char policy;           /* enum nvmetap_policy; enforced here */
};

struct nvmetap_page {
	uint64_t address;
	uint32_t bytes;
};

struct nvmetap_piece {
	const void *at;
	size_t bytes;
};

struct nvmetap_command {
	const void *sqe;                /* raw, little-endian */
	uint16_t sqe_bytes;             /* 64 or 128 */
	uint16_t sqid;
	int32_t slot;                   /* -1 not known */
	uint64_t unseen;                /* bit i: byte i of the first 64 was not seen */
	int64_t id;                     /* the same on both sides, unique, never reused */
	int64_t data_bytes;             /* -1 not known */
	const struct nvmetap_page *pages;
	uint32_t page_count;
	unsigned char owner, sgl;
};

/* ---- memory --------------------------------------------------------------------------------- */

struct nvmetap_ring {
	uint64_t head;                  /* sequence number << 32 | position, where the next frame begins */
	unsigned char pad0[120];
	uint64_t tail;                  /* position up to which the reader is done */
	unsigned char pad1[120];
};

struct nvmetap {
	unsigned char magic[8];         /*   0: "NVMETAP1" */
	uint32_t version;               /*   8 */
	uint32_t header_bytes;          /*  12: where the ring headers begin */
	uint32_t rings;                 /*  16 */
	uint32_t ring_bytes;            /*  20: a power of two */
	uint64_t ticks_per_second;      /*  24 */
	uint32_t owner_pid;             /*  32: 0 no process; the reader of shared memory looks whether it lives */
	uint32_t state;                 /*  36: 0 not started, 1 recording, 2 ended */
	uint32_t policy;                /*  40 */
	unsigned char pad0[84];
	uint64_t order;                 /* 128: ticket of the next frame */
	unsigned char pad1[120];
	uint64_t dropped;               /* 256: events that found no room */
	unsigned char pad2[120];
	uint32_t reader_busy;           /* 384: from here on the reader's */
	uint32_t reader_sequence;
	uint64_t last_taken;
	uint64_t out_from, out_at, out_bytes;
	uint32_t out_ring, out_record_bytes;
	unsigned char out[NVMETAP_FRAME_HEADER];
	unsigned char pad3[544];
};

NVMETAP_CHECK (ring_header, sizeof (struct nvmetap_ring) == NVMETAP_RING_HEADER);
NVMETAP_CHECK (region_header, sizeof (struct nvmetap) == NVMETAP_REGION_HEADER);
NVMETAP_CHECK (order_at, offsetof (struct nvmetap, order) == 128);
NVMETAP_CHECK (dropped_at, offsetof (struct nvmetap, dropped) == 256);
NVMETAP_CHECK (reader_at, offsetof (struct nvmetap, reader_busy) == 384);

/* Who speaks: filled once for a CPU and a controller, or on the stack for each call. */
struct nvmetap_at {
	struct nvmetap *tap;            /* null: nothing is recorded */
	int cpu;                        /* NVMETAP_CPU_UNKNOWN, or 0 to 65534 */
	unsigned controller;            /* index into the header's controllers */
};

/* ---- small tools ---------------------------------------------------------------------------- */

NVMETAP_FN unsigned char *
nvmetap_put8 (unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)v;
	return p + 1;
}

NVMETAP_FN unsigned char *
nvmetap_put16 (unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
	return p + 2;
}

NVMETAP_FN unsigned char *
nvmetap_put32 (unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
	p[2] = (unsigned char)(v >> 16);
	p[3] = (unsigned char)(v >> 24);
	return p + 4;
}

NVMETAP_FN unsigned char *
nvmetap_put64 (unsigned char *p, uint64_t v)
{
	nvmetap_put32 (p, (uint32_t)v);
	nvmetap_put32 (p + 4, (uint32_t)(v >> 32));
	return p + 8;
}

NVMETAP_FN uint32_t
nvmetap_get32 (const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

NVMETAP_FN uint64_t
nvmetap_get64 (const unsigned char *p)
{
	return nvmetap_get32 (p) | (uint64_t)nvmetap_get32 (p + 4) << 32;
}

/* The empty asm keeps a compiler from making a call of memcpy or memset of these loops. */
NVMETAP_FN unsigned char *
nvmetap_copy (unsigned char *to, const void *from, size_t bytes)
{
	const unsigned char *p = from;
	while (bytes >= 8) {
		__builtin_memcpy (to, p, 8);
		to += 8, p += 8, bytes -= 8;
		__asm__ __volatile__ ("" : "+r" (p));
	}
	while (bytes--) {
		*to++ = *p++;
		__asm__ __volatile__ ("" : "+r" (p));
	}
	return to;
}

NVMETAP_FN void
nvmetap_wipe (unsigned char *at, size_t bytes)
{
	const uint64_t zero = 0;
	for (; bytes >= 8; at += 8, bytes -= 8) {
		__builtin_memcpy (at, &zero, 8);
		__asm__ __volatile__ ("" : "+r" (at));
	}
}

/* Bytes of a text that are sent: bounded, not cut inside a UTF-8 character. */
NVMETAP_FN unsigned
nvmetap_text_bytes (const char *s)
{
	unsigned n = 0;
	while (s && n < NVMETAP_TEXT_MAX && s[n])
		n++;
	if (n == NVMETAP_TEXT_MAX) {
		while (n && ((unsigned char)s[n - 1] & 0xC0) == 0x80)
			n--;
		n -= n && (unsigned char)s[n - 1] >= 0xC0;
	}
	return n;
}

NVMETAP_FN unsigned char *
nvmetap_put_text (unsigned char *p, const char *s, unsigned bytes)
{
	return nvmetap_copy (nvmetap_put16 (p, bytes), s, bytes);
}

NVMETAP_FN uint32_t
nvmetap_crc32c (uint32_t crc, const void *from, size_t bytes)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362,
		0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB,
		0xE330A81A, 0xF36E6F75
	};
	const unsigned char *p = from;
	for (crc = ~crc; bytes--; p++) {
		crc = table[(crc ^ *p) & 15] ^ crc >> 4;
		crc = table[(crc ^ *p >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}

struct nvmetap_sha256 {
	uint32_t h[8];
	uint64_t bytes;
	unsigned char block[64];
};

NVMETAP_FN uint32_t
nvmetap_rotate (uint32_t v, unsigned by)
{
	return v >> by | v << (32 - by);
}

/* One block (FIPS 180-4 section 6.2). */
NVMETAP_FN void
nvmetap_sha256_block (struct nvmetap_sha256 *s)
{
	static const uint32_t k[64] = {
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
		0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
		0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
		0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
		0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
		0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
		0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
		0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
		0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
		0xc67178f2
	};
	uint32_t w[16], v[8];
	unsigned i;
	for (i = 0; i < 8; i++)
		v[i] = s->h[i];
	for (i = 0; i < 64; i++) {
		uint32_t a, b, t;
		const unsigned char *p = s->block + 4 * (i & 15);
		if (i < 16) {
			w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		} else {
			a = w[(i + 1) & 15], b = w[(i + 14) & 15];
			w[i & 15] += w[(i + 9) & 15]
				+ (nvmetap_rotate (a, 7) ^ nvmetap_rotate (a, 18) ^ a >> 3)
				+ (nvmetap_rotate (b, 17) ^ nvmetap_rotate (b, 19) ^ b >> 10);
		}
		t = v[7] + k[i] + w[i & 15] + ((v[4] & v[5]) ^ (~v[4] & v[6]))
			+ (nvmetap_rotate (v[4], 6) ^ nvmetap_rotate (v[4], 11) ^ nvmetap_rotate (v[4], 25));
		a = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
		b = nvmetap_rotate (v[0], 2) ^ nvmetap_rotate (v[0], 13) ^ nvmetap_rotate (v[0], 22);
		v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + t;
		v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = t + a + b;
	}
	for (i = 0; i < 8; i++)
		s->h[i] += v[i];
}

NVMETAP_FN void
nvmetap_sha256_begin (struct nvmetap_sha256 *s)
{
	static const uint32_t h[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
		0x5be0cd19
	};
	unsigned i;
	for (i = 0; i < 8; i++)
		s->h[i] = h[i];
	s->bytes = 0;
}

NVMETAP_FN void
nvmetap_sha256_add (struct nvmetap_sha256 *s, const void *from, size_t bytes)
{
	const unsigned char *p = from;
	for (; bytes--; p++) {
		s->block[s->bytes++ & 63] = *p;
		if (!(s->bytes & 63))
			nvmetap_sha256_block (s);
	}
}

NVMETAP_FN void
nvmetap_sha256_end (struct nvmetap_sha256 *s, unsigned char digest[32])
{
	uint64_t bits = s->bytes * 8;
	unsigned char b = 0x80;
	unsigned i;
	do {
		nvmetap_sha256_add (s, &b, 1);
		b = 0;
	} while ((s->bytes & 63) != 56);
	for (i = 0; i < 8; i++) {
		b = (unsigned char)(bits >> (56 - 8 * i));
		nvmetap_sha256_add (s, &b, 1);
	}
	for (i = 0; i < 32; i++)
		digest[i] = (unsigned char)(s->h[i >> 2] >> (24 - 8 * (i & 3)));
}

/* ---- one frame in a ring -------------------------------------------------------------------- */

NVMETAP_FN struct nvmetap_ring *
nvmetap_ring (struct nvmetap *t, unsigned index)
{
	return (struct nvmetap_ring *)(void *)((unsigned char *)t + NVMETAP_REGION_HEADER) + index;
}

NVMETAP_FN unsigned char *
nvmetap_ring_data (struct nvmetap *t, unsigned index)
{
	return (unsigned char *)t + NVMETAP_REGION_HEADER + (size_t)t->rings * NVMETAP_RING_HEADER
		+ (size_t)index * t->ring_bytes;
}

NVMETAP_FN uint32_t
nvmetap_record_bytes (uint32_t body_bytes)
{
	return (NVMETAP_FRAME_HEADER + body_bytes + 7) & ~7u;
}

/* True while events are recorded: ask before work that only a recording needs. */
NVMETAP_FN int
nvmetap_on (const struct nvmetap *t)
{
	return t && __atomic_load_n (&t->state, __ATOMIC_RELAXED) == 1;
}

/* Room for a record in a ring: its place and sequence number, or null. Interrupt handlers and, where several
   CPUs share a ring, other CPUs may come in between anywhere. */
NVMETAP_FN unsigned char *
nvmetap_claim (struct nvmetap *t, unsigned index, uint32_t bytes, uint32_t *sequence)
{
	struct nvmetap_ring *r = nvmetap_ring (t, index);
	unsigned char *data = nvmetap_ring_data (t, index);
	uint64_t head = __atomic_load_n (&r->head, __ATOMIC_RELAXED);
	uint64_t next;
	uint32_t at, pad;
	if (bytes > t->ring_bytes / 4 + NVMETAP_FRAME_HEADER + 128 || bytes > NVMETAP_BODY_MAX)
		return 0;
	do {
		uint32_t tail = (uint32_t)__atomic_load_n (&r->tail, __ATOMIC_ACQUIRE);
		at = (uint32_t)head & (t->ring_bytes - 1);
		pad = t->ring_bytes - at < bytes ? t->ring_bytes - at : 0;
		if (t->ring_bytes - ((uint32_t)head - tail) < bytes + pad)
			return 0;
		next = ((head >> 32) + 1) << 32 | (uint32_t)((uint32_t)head + pad + bytes);
	} while (!__atomic_compare_exchange_n (&r->head, &head, next, 1, __ATOMIC_RELAXED,
					       __ATOMIC_RELAXED));
	if (pad) {
		__atomic_store_n ((uint32_t *)(void *)(data + at), NVMETAP_PADDING | pad,
				  __ATOMIC_RELEASE);
		at = 0;
	}
	*sequence = (uint32_t)(head >> 32);
	return data + at;
}

NVMETAP_FN void
nvmetap_drop (struct nvmetap *t)
{
	__atomic_fetch_add (&t->dropped, 1, __ATOMIC_RELAXED);
}

NVMETAP_FN void
nvmetap_frame_header (struct nvmetap *t, unsigned char *p, unsigned kind, unsigned side,
		      unsigned controller, int cpu, unsigned ring, uint32_t sequence,
		      uint32_t body_bytes)
{
	uint32_t dropped = (uint32_t)__atomic_load_n (&t->dropped, __ATOMIC_RELAXED);
	nvmetap_put32 (p + 4, body_bytes);
	nvmetap_put32 (p + 8, NVMETAP_VERSION | kind << 8 | side << 16 | controller << 24);
	nvmetap_put32 (p + 12, ((unsigned)cpu & 0xFFFF) | ring << 16);
	nvmetap_put32 (p + 16, sequence);
	nvmetap_put32 (p + 20, dropped);
	/* The ticket is the order. It is drawn after the claim, so that no ticket is drawn in vain. */
	nvmetap_put64 (p + 24, __atomic_fetch_add (&t->order, 1, __ATOMIC_RELAXED));
	nvmetap_put64 (p + 32, NVMETAP_TICKS ());
}

/* Where the body of a new frame goes, or null. */
NVMETAP_FN unsigned char *
nvmetap_open (const struct nvmetap_at *at, unsigned kind, unsigned side, uint32_t body_bytes)
{
	struct nvmetap *t = at->tap;
	unsigned ring = at->cpu < 0 ? 0 : (unsigned)at->cpu;
	uint32_t sequence;
	unsigned char *p;
	if (ring >= t->rings)
		ring %= t->rings;
	p = nvmetap_claim (t, ring, nvmetap_record_bytes (body_bytes), &sequence);
	if (!p)
		return 0;
	nvmetap_frame_header (t, p, kind, side, at->controller & 255, at->cpu, ring, sequence,
			      body_bytes);
	return p + NVMETAP_FRAME_HEADER;
}

/* As nvmetap_open(), if recording is on; an event without room is counted. */
NVMETAP_FN unsigned char *
nvmetap_event (const struct nvmetap_at *at, unsigned kind, unsigned side, uint32_t body_bytes)
{
	unsigned char *p;
	if (!nvmetap_on (at->tap))
		return 0;
	p = nvmetap_open (at, kind, side, body_bytes);
	if (!p)
		nvmetap_drop (at->tap);
	return p;
}

/* The frame is whole: the reader may have it. */
NVMETAP_FN void
nvmetap_commit (unsigned char *body)
{
	unsigned char *p = body - NVMETAP_FRAME_HEADER;
	__atomic_store_n ((uint32_t *)(void *)p, nvmetap_record_bytes (nvmetap_get32 (p + 4)),
			  __ATOMIC_RELEASE);
}

/* ---- header and state ----------------------------------------------------------------------- */

NVMETAP_FN uint32_t
nvmetap_state_bytes (const struct nvmetap_state *s)
{
	uint32_t bytes = 8, i;
	if (!s)
		return 8;
	bytes += 40 + 2u * s->masked_count;
	for (i = 0; i < s->queue_count && i < NVMETAP_QUEUES_MAX; i++)
		bytes += 36 + 2 * s->queues[i].cid_count;
	return bytes;
}

NVMETAP_FN unsigned char *
nvmetap_put_queue (unsigned char *p, const struct nvmetap_queue *q)
{
	uint32_t i;
	p = nvmetap_put8 (p, q->completion != 0);
	p = nvmetap_put8 (p, q->interrupts_enabled != 0);
	p = nvmetap_put16 (p, q->qid);
	p = nvmetap_put16 (p, q->cqid);
	p = nvmetap_put16 (p, 0);
	p = nvmetap_put32 (p, (uint32_t)q->vector);
	p = nvmetap_put32 (p, q->size_entries);
	p = nvmetap_put64 (p, q->address);
	p = nvmetap_put32 (p, q->head);
	p = nvmetap_put32 (p, q->tail);
	p = nvmetap_put32 (p, q->cid_count);
	for (i = 0; i < q->cid_count; i++)
		p = nvmetap_put16 (p, q->cids_in_flight[i]);
	return p;
}

NVMETAP_FN unsigned char *
nvmetap_put_state (unsigned char *p, const struct nvmetap_state *s)
{
	uint32_t i, queues = 0;
	if (!s)
		return nvmetap_put64 (p, 0);
	queues = s->queue_count < NVMETAP_QUEUES_MAX ? s->queue_count : NVMETAP_QUEUES_MAX;
	p = nvmetap_put8 (p, 1);
	p = nvmetap_put8 (p, s->number_of_queues_set != 0);
	p = nvmetap_put16 (p, s->masked_count);
	p = nvmetap_put32 (p, queues);
	p = nvmetap_put64 (p, s->cc);
	p = nvmetap_put64 (p, s->csts);
	p = nvmetap_put64 (p, s->aqa);
	p = nvmetap_put64 (p, s->asq);
	p = nvmetap_put64 (p, s->acq);
	for (i = 0; i < s->masked_count; i++)
		p = nvmetap_put16 (p, s->masked_vectors[i]);
	for (i = 0; i < queues; i++)
		p = nvmetap_put_queue (p, &s->queues[i]);
	return p;
}

/* The serial number's place: as it is, or 16 hexadecimal digits of its hash. */
NVMETAP_FN unsigned
nvmetap_serial_bytes (const struct nvmetap_controller *c)
{
	unsigned n = nvmetap_text_bytes (c->serial);
	return c->serial_plain || !n ? n : 16;
}

NVMETAP_FN unsigned char *
nvmetap_put_serial (unsigned char *p, const struct nvmetap_controller *c)
{
	struct nvmetap_sha256 s;
	unsigned char digest[32];
	unsigned n = nvmetap_text_bytes (c->serial), i;
	if (c->serial_plain || !n)
		return nvmetap_put_text (p, c->serial, n);
	nvmetap_sha256_begin (&s);
	nvmetap_sha256_add (&s, c->serial, n);
	nvmetap_sha256_end (&s, digest);
	p = nvmetap_put16 (p, 16);
	for (i = 0; i < 16; i++) {
		unsigned digit = digest[i >> 1] >> (i & 1 ? 0 : 4) & 15;
		p = nvmetap_put8 (p, digit < 10 ? '0' + digit : 'a' + digit - 10);
	}
	return p;
}

NVMETAP_FN uint32_t
nvmetap_header_bytes (const struct nvmetap_header *h)
{
	uint32_t bytes = 56 + 2 * 6, i;
	bytes += nvmetap_text_bytes (h->machine) + nvmetap_text_bytes (h->firmware)
		+ nvmetap_text_bytes (h->os) + nvmetap_text_bytes (h->mediator_name)
		+ nvmetap_text_bytes (h->mediator_version) + nvmetap_text_bytes (h->mediator_build);
	for (i = 0; i < h->controller_count; i++) {
		const struct nvmetap_controller *c = &h->controllers[i];
		bytes += 28 + 2 * 4 + nvmetap_text_bytes (c->model) + nvmetap_serial_bytes (c)
			+ nvmetap_text_bytes (c->firmware_revision)
			+ nvmetap_text_bytes (c->profile) + nvmetap_state_bytes (c->state);
	}
	return bytes;
}

NVMETAP_FN unsigned char *
nvmetap_put_controller (unsigned char *p, const struct nvmetap_controller *c)
{
	p = nvmetap_put32 (p, (uint32_t)c->vendor_id);
	p = nvmetap_put32 (p, (uint32_t)c->device_id);
	p = nvmetap_put64 (p, c->cap);
	p = nvmetap_put64 (p, c->vs);
	p = nvmetap_put32 (p, (uint32_t)c->mdts);
	p = nvmetap_put_text (p, c->model, nvmetap_text_bytes (c->model));
	p = nvmetap_put_serial (p, c);
	p = nvmetap_put_text (p, c->firmware_revision, nvmetap_text_bytes (c->firmware_revision));
	p = nvmetap_put_text (p, c->profile, nvmetap_text_bytes (c->profile));
	return nvmetap_put_state (p, c->state);
}

/* Makes a tap of memory that is aligned to 64 bytes; NVMETAP_BYTES tells how much is needed. Recording is off.
   Returns null where a bound is not kept. */
NVMETAP_FN struct nvmetap *
nvmetap_init (void *memory, size_t bytes, unsigned rings, uint64_t ticks_per_second)
{
	static const char magic[9] = "NVMETAP1";
	struct nvmetap *t = memory;
	uint32_t ring_bytes = NVMETAP_RING_BYTES_MAX;
	if (!rings || rings > NVMETAP_RINGS_MAX || !ticks_per_second)
		return 0;
	while (ring_bytes >= NVMETAP_RING_BYTES_MIN && NVMETAP_BYTES (rings, ring_bytes) > bytes)
		ring_bytes >>= 1;
	if (ring_bytes < NVMETAP_RING_BYTES_MIN)
		return 0;
	nvmetap_wipe (memory, NVMETAP_BYTES (rings, ring_bytes));
	t->version = NVMETAP_VERSION;
	t->header_bytes = NVMETAP_REGION_HEADER;
	t->rings = rings;
	t->ring_bytes = ring_bytes;
	t->ticks_per_second = ticks_per_second;
	nvmetap_copy (t->magic, magic, 7);
	/* The last byte last: who maps this memory sees a whole header or none. */
	__atomic_store_n (&t->magic[7], (unsigned char)magic[7], __ATOMIC_RELEASE);
	return t;
}

/* First call: recording is on, its order begins here. Later calls, every few seconds where the bytes may be
   joined late or lost (UDP, serial): the header once more. 0: no room now, take and call again. */
NVMETAP_FN int
nvmetap_hello (const struct nvmetap_at *at, const struct nvmetap_header *h)
{
	struct nvmetap *t = at->tap;
	unsigned char *p, *body;
	uint32_t i;
	if (!t || !h->controller_count || h->controller_count > NVMETAP_CONTROLLERS_MAX)
		return 0;
	__atomic_store_n (&t->policy, h->policy, __ATOMIC_RELAXED);
	body = p = nvmetap_open (at, NVMETAP_CAPTURE_STARTED, NVMETAP_NONE, nvmetap_header_bytes (h));
	if (!p)
		return 0;
	p = nvmetap_copy (p, h->id, 16);
	p = nvmetap_put64 (p, h->wall_clock_ms);
	p = nvmetap_put64 (p, t->ticks_per_second);
	p = nvmetap_put64 (p, nvmetap_get64 (body - 16));
	p = nvmetap_put64 (p, h->time_resolution_ns);
	p = nvmetap_put32 (p, h->unseen);
	p = nvmetap_put8 (p, h->policy);
	p = nvmetap_put8 (p, h->controller_count);
	p = nvmetap_put16 (p, 0);
	p = nvmetap_put_text (p, h->machine, nvmetap_text_bytes (h->machine));
	p = nvmetap_put_text (p, h->firmware, nvmetap_text_bytes (h->firmware));
	p = nvmetap_put_text (p, h->os, nvmetap_text_bytes (h->os));
	p = nvmetap_put_text (p, h->mediator_name, nvmetap_text_bytes (h->mediator_name));
	p = nvmetap_put_text (p, h->mediator_version, nvmetap_text_bytes (h->mediator_version));
	p = nvmetap_put_text (p, h->mediator_build, nvmetap_text_bytes (h->mediator_build));
	for (i = 0; i < h->controller_count; i++)
		p = nvmetap_put_controller (p, &h->controllers[i]);
	nvmetap_commit (body);
	__atomic_store_n (&t->state, 1, __ATOMIC_RELEASE);
	return 1;
}

/* Recording is off; the reader is told that this was all. The mediator's CPUs should be done before. 0: no
   room now, take and call again. */
NVMETAP_FN int
nvmetap_end (const struct nvmetap_at *at, const char *reason)
{
	struct nvmetap *t = at->tap;
	unsigned n = nvmetap_text_bytes (reason);
	unsigned char *p;
	if (!t)
		return 0;
	__atomic_store_n (&t->state, 2, __ATOMIC_RELEASE);
	p = nvmetap_open (at, NVMETAP_CAPTURE_ENDED, NVMETAP_NONE, 18 + n);
	if (!p)
		return 0;
	nvmetap_put64 (p, nvmetap_get64 (p - NVMETAP_FRAME_HEADER + 24));
	nvmetap_put64 (p + 8, __atomic_load_n (&t->dropped, __ATOMIC_RELAXED));
	nvmetap_put_text (p + 16, reason, n);
	nvmetap_commit (p);
	return 1;
}

/* ---- events: 1 kept, 0 not recorded or dropped and counted ----------------------------------- */

NVMETAP_FN int
nvmetap_put_event64 (const struct nvmetap_at *at, unsigned kind, unsigned side, uint64_t body)
{
	unsigned char *p = nvmetap_event (at, kind, side, 8);
	if (!p)
		return 0;
	nvmetap_put64 (p, body);
	nvmetap_commit (p);
	return 1;
}

NVMETAP_FN int
nvmetap_snapshot (const struct nvmetap_at *at, unsigned side, const struct nvmetap_state *s)
{
	unsigned char *p = nvmetap_on (at->tap)
		? nvmetap_event (at, NVMETAP_STATE_SNAPSHOT, side, nvmetap_state_bytes (s)) : 0;
	if (!p)
		return 0;
	nvmetap_put_state (p, s);
	nvmetap_commit (p);
	return 1;
}

NVMETAP_FN int
nvmetap_register (const struct nvmetap_at *at, unsigned kind, unsigned side, unsigned space,
		  uint64_t offset, unsigned width, uint64_t value, int value_seen)
{
	unsigned char *p = nvmetap_event (at, kind, side, 24);
	if (!p)
		return 0;
	nvmetap_put64 (p, (uint64_t)(space | width << 8 | (value_seen != 0) << 16));
	nvmetap_put64 (p + 8, offset);
	nvmetap_put64 (p + 16, value);
	nvmetap_commit (p);
	return 1;
}

NVMETAP_FN int
nvmetap_register_read (const struct nvmetap_at *at, unsigned side, unsigned space, uint64_t offset,
		       unsigned width, uint64_t value)
{
	return nvmetap_register (at, NVMETAP_REGISTER_READ, side, space, offset, width, value, 1);
}

/* A read whose value the mediator does not know. */
NVMETAP_FN int
nvmetap_register_read_unseen (const struct nvmetap_at *at, unsigned side, unsigned space,
			      uint64_t offset, unsigned width)
{
	return nvmetap_register (at, NVMETAP_REGISTER_READ, side, space, offset, width, 0, 0);
}

NVMETAP_FN int
nvmetap_register_written (const struct nvmetap_at *at, unsigned side, unsigned space,
			  uint64_t offset, unsigned width, uint64_t value)
{
	return nvmetap_register (at, NVMETAP_REGISTER_WRITTEN, side, space, offset, width, value, 1);
}

NVMETAP_FN int
nvmetap_doorbell (const struct nvmetap_at *at, unsigned side, unsigned kind, unsigned qid,
		  uint32_t value)
{
	return nvmetap_put_event64 (at, NVMETAP_DOORBELL_RUNG, side,
				    kind | (uint64_t)(qid & 0xFFFF) << 16 | (uint64_t)value << 32);
}

NVMETAP_FN int
nvmetap_shadow (const struct nvmetap_at *at, unsigned side, unsigned cell, unsigned kind,
		unsigned qid, uint32_t value, int written)
{
	return nvmetap_put_event64 (at, NVMETAP_SHADOW_DOORBELL, side,
				    kind | cell << 1 | (written ? 4u : 0)
				    | (uint64_t)(qid & 0xFFFF) << 16 | (uint64_t)value << 32);
}

/* kind: NVMETAP_COMMAND_FETCHED or NVMETAP_COMMAND_EMITTED. */
NVMETAP_FN int
nvmetap_command (const struct nvmetap_at *at, unsigned kind, const struct nvmetap_command *c)
{
	uint32_t entry = c->sqe_bytes == 128 ? 128 : 64, i;
	uint32_t pages = c->page_count < NVMETAP_PAGES_MAX ? c->page_count : NVMETAP_PAGES_MAX;
	unsigned side = kind == NVMETAP_COMMAND_FETCHED ? NVMETAP_GUEST : NVMETAP_DEVICE;
	unsigned char *p = nvmetap_event (at, kind, side, 36 + entry + 12 * pages);
	unsigned char *body = p;
	if (!p)
		return 0;
	p = nvmetap_put32 (p, c->sqid | entry << 16);
	p = nvmetap_put32 (p, (uint32_t)c->slot);
	p = nvmetap_put32 (p, c->owner | (uint32_t)(c->sgl != 0) << 8 | pages << 16);
	p = nvmetap_put64 (p, ~c->unseen);
	p = nvmetap_put64 (p, (uint64_t)c->id);
	p = nvmetap_put64 (p, (uint64_t)c->data_bytes);
	p = nvmetap_copy (p, c->sqe, entry);
	for (i = 0; i < pages; i++) {
		p = nvmetap_put64 (p, c->pages[i].address);
		p = nvmetap_put32 (p, c->pages[i].bytes);
	}
	nvmetap_commit (body);
	return 1;
}

/* kind: NVMETAP_COMPLETION_SEEN or NVMETAP_COMPLETION_COPIED. Bit i of unseen: byte i of the entry was not seen. */
NVMETAP_FN int
nvmetap_completion (const struct nvmetap_at *at, unsigned kind, unsigned cqid, int32_t slot,
		    const void *cqe, unsigned owner, int64_t command_id, uint32_t unseen)
{
	unsigned side = kind == NVMETAP_COMPLETION_COPIED ? NVMETAP_GUEST : NVMETAP_DEVICE;
	unsigned char *p = nvmetap_event (at, kind, side, 36);
	if (!p)
		return 0;
	nvmetap_put32 (p, (cqid & 0xFFFF) | owner << 16);
	nvmetap_put32 (p + 4, (uint32_t)slot);
	nvmetap_put32 (p + 8, ~unseen);
	nvmetap_put64 (p + 12, (uint64_t)command_id);
	nvmetap_copy (p + 20, cqe, 16);
	nvmetap_commit (p);
	return 1;
}

/* One store into a guest CQ slot, in program order; value: its first eight bytes. */
NVMETAP_FN int
nvmetap_store (const struct nvmetap_at *at, unsigned cqid, int32_t slot, unsigned byte_offset,
	       unsigned byte_count, uint64_t value, unsigned store_index, int64_t command_id)
{
	unsigned char *p = nvmetap_event (at, NVMETAP_COMPLETION_STORED, NVMETAP_GUEST, 28);
	if (!p)
		return 0;
	nvmetap_put32 (p, (cqid & 0xFFFF) | (store_index & 0xFFFF) << 16);
	nvmetap_put32 (p + 4, (uint32_t)slot);
	nvmetap_put32 (p + 8, (byte_offset & 255) | (byte_count & 255) << 8);
	nvmetap_put64 (p + 12, value);
	nvmetap_put64 (p + 20, (uint64_t)command_id);
	nvmetap_commit (p);
	return 1;
}

NVMETAP_FN int
nvmetap_fence (const struct nvmetap_at *at, unsigned cqid)
{
	return nvmetap_put_event64 (at, NVMETAP_STORE_FENCE, NVMETAP_GUEST, cqid & 0xFFFF);
}

NVMETAP_FN int
nvmetap_put_labelled (const struct nvmetap_at *at, unsigned kind, unsigned side, uint64_t fixed,
		      const char *text)
{
	unsigned n = nvmetap_text_bytes (text);
	unsigned char *p = nvmetap_event (at, kind, side, 10 + n);
	if (!p)
		return 0;
	nvmetap_put64 (p, fixed);
	nvmetap_put_text (p + 8, text, n);
	nvmetap_commit (p);
	return 1;
}

/* kind: NVMETAP_INTERRUPT_RAISED, _DELIVERED. */
NVMETAP_FN int
nvmetap_interrupt (const struct nvmetap_at *at, unsigned kind, unsigned side, unsigned vector,
		   unsigned how)
{
	return nvmetap_put_event64 (at, kind, side, (vector & 0xFFFF) | (uint64_t)how << 16);
}

NVMETAP_FN int
nvmetap_interrupt_suppressed (const struct nvmetap_at *at, unsigned side, unsigned vector,
			      unsigned how, const char *reason)
{
	return nvmetap_put_labelled (at, NVMETAP_INTERRUPT_SUPPRESSED, side,
				     (vector & 0xFFFF) | (uint64_t)how << 16, reason);
}

NVMETAP_FN int
nvmetap_interrupt_line_lowered (const struct nvmetap_at *at, unsigned side)
{
	return nvmetap_put_event64 (at, NVMETAP_INTERRUPT_LINE_LOWERED, side, 0);
}

/* kind: NVMETAP_VECTOR_MASKED, _UNMASKED or _FLUSHED (the read back after a mask write). */
NVMETAP_FN int
nvmetap_vector (const struct nvmetap_at *at, unsigned kind, unsigned side, unsigned vector)
{
	return nvmetap_put_event64 (at, kind, side, vector & 0xFFFF);
}

NVMETAP_FN int
nvmetap_reset (const struct nvmetap_at *at, unsigned side, unsigned kind, unsigned edge)
{
	return nvmetap_put_event64 (at, NVMETAP_CONTROLLER_RESET, side, kind | edge << 8);
}

NVMETAP_FN int
nvmetap_take_over (const struct nvmetap_at *at, unsigned step, const char *driver)
{
	return nvmetap_put_labelled (at, NVMETAP_TAKE_OVER, NVMETAP_GUEST, step, driver);
}

/* kind: NVMETAP_LOCK_TAKEN or _RELEASED; lock: the queue pair's id, -1 the controller's. */
NVMETAP_FN int
nvmetap_lock (const struct nvmetap_at *at, unsigned kind, int64_t lock)
{
	return nvmetap_put_event64 (at, kind, NVMETAP_DEVICE, (uint64_t)lock);
}

NVMETAP_FN int
nvmetap_put_texts (const struct nvmetap_at *at, unsigned kind, unsigned side, uint64_t fixed,
		   const char *one, const char *two)
{
	unsigned n = nvmetap_text_bytes (one), m = nvmetap_text_bytes (two);
	unsigned char *p = nvmetap_event (at, kind, side, 12 + n + m);
	if (!p)
		return 0;
	nvmetap_put64 (p, fixed);
	nvmetap_put_text (nvmetap_put_text (p + 8, one, n), two, m);
	nvmetap_commit (p);
	return 1;
}

/* qid up to 65535; qid and cid -1: none in particular. */
NVMETAP_FN int
nvmetap_decision (const struct nvmetap_at *at, unsigned side, unsigned kind, const char *what,
		  int qid, int cid, const char *reason)
{
	return nvmetap_put_texts (at, NVMETAP_DECISION, side,
				  kind | (qid < 0 ? 1u << 8 : 0) | (cid < 0 ? 1u << 9 : 0)
				  | (uint64_t)((unsigned)qid & 0xFFFF) << 16
				  | (uint64_t)((unsigned)cid & 0xFFFF) << 32, what, reason);
}

NVMETAP_FN int
nvmetap_annotation (const struct nvmetap_at *at, const char *author, const char *text)
{
	return nvmetap_put_texts (at, NVMETAP_ANNOTATION, NVMETAP_NONE, 0, author, text);
}

/* The mediator itself lost count of so many events, at a place of its own that it names. */
NVMETAP_FN int
nvmetap_lost (const struct nvmetap_at *at, uint64_t count, const char *stage)
{
	return nvmetap_put_labelled (at, NVMETAP_EVENTS_LOST, NVMETAP_NONE, count, stage);
}

/* Says that time went on. nvmetap_take() does it for whoever calls it at least every 100 ms. */
NVMETAP_FN int
nvmetap_heartbeat (const struct nvmetap_at *at)
{
	return nvmetap_put_event64 (at, NVMETAP_HEARTBEAT, NVMETAP_NONE, 0);
}

NVMETAP_FN int
nvmetap_queue_memory_released (const struct nvmetap_at *at, int completion, unsigned qid)
{
	return nvmetap_put_event64 (at, NVMETAP_QUEUE_MEMORY_RELEASED, NVMETAP_DEVICE,
				    (uint64_t)(completion != 0) | (uint64_t)(qid & 0xFFFF) << 16);
}

NVMETAP_FN int
nvmetap_request (const struct nvmetap_at *at, unsigned step, unsigned sqid, unsigned owner,
		 int64_t command_id)
{
	unsigned char *p = nvmetap_event (at, NVMETAP_REQUEST_STATE, NVMETAP_DEVICE, 16);
	if (!p)
		return 0;
	nvmetap_put64 (p, step | owner << 8 | (uint64_t)(sqid & 0xFFFF) << 16);
	nvmetap_put64 (p + 8, (uint64_t)command_id);
	nvmetap_commit (p);
	return 1;
}

/* Entries of a PRP list as the mediator read them, little-endian, from this address of the guest on. */
NVMETAP_FN int
nvmetap_pointer_list (const struct nvmetap_at *at, unsigned sqid, int64_t command_id,
		      uint64_t address, const void *entries, uint32_t bytes)
{
	unsigned char *p = nvmetap_event (at, NVMETAP_POINTER_LIST_READ, NVMETAP_GUEST, 24 + bytes);
	if (!p)
		return 0;
	nvmetap_put32 (p, sqid & 0xFFFF);
	nvmetap_put64 (p + 4, (uint64_t)command_id);
	nvmetap_put64 (p + 12, address);
	nvmetap_put32 (p + 20, bytes);
	nvmetap_copy (p + 24, entries, bytes);
	nvmetap_commit (p);
	return 1;
}

/* What of a command's data may leave the mediator: 0 nothing, 1 a digest, 2 the bytes. */
NVMETAP_FN int
nvmetap_wants_payload (const struct nvmetap *t, unsigned sqid)
{
	uint32_t policy = nvmetap_on (t) ? __atomic_load_n (&t->policy, __ATOMIC_RELAXED) : 0;
	if (policy == NVMETAP_PAYLOAD_NONE || (policy == NVMETAP_PAYLOAD_ADMIN && sqid))
		return 0;
	return policy == NVMETAP_PAYLOAD_DIGEST && sqid ? 1 : 2;
}

/* A command's data, in pieces, as far as the policy goes: 1 also where it does not let them pass. Admin commands
   must not hold data of the user; what is longer than one event may be is cut, and total_bytes tells. */
NVMETAP_FN int
nvmetap_payload (const struct nvmetap_at *at, unsigned side, unsigned transfer, unsigned sqid,
		 int cid, int64_t command_id, uint64_t total_bytes,
		 const struct nvmetap_piece *pieces, unsigned piece_count)
{
	int wanted = nvmetap_wants_payload (at->tap, sqid);
	uint32_t most, kept = 0;
	unsigned char *p, *body;
	struct nvmetap_sha256 s;
	unsigned i;
	if (!wanted)
		return 1;
	most = at->tap->ring_bytes / 4 < NVMETAP_CONTENT_MAX ? at->tap->ring_bytes / 4
		: NVMETAP_CONTENT_MAX;
	for (i = 0; i < piece_count && kept < most; i++)
		kept += pieces[i].bytes < most - kept ? (uint32_t)pieces[i].bytes : most - kept;
	body = p = nvmetap_event (at, NVMETAP_PAYLOAD, side, 28 + (wanted == 2 ? kept : 32));
	if (!p)
		return 0;
	p = nvmetap_put32 (p, transfer | (cid < 0 ? 1u << 8 : 0) | (sqid & 0xFFFF) << 16);
	p = nvmetap_put32 (p, ((unsigned)cid & 0xFFFF) | (wanted == 2 ? 0 : 32u) << 16);
	p = nvmetap_put64 (p, (uint64_t)command_id);
	p = nvmetap_put64 (p, total_bytes);
	p = nvmetap_put32 (p, wanted == 2 ? kept : 0);
	nvmetap_sha256_begin (&s);
	for (i = 0; i < piece_count && kept; i++) {
		uint32_t n = pieces[i].bytes < kept ? (uint32_t)pieces[i].bytes : kept;
		if (wanted == 2)
			p = nvmetap_copy (p, pieces[i].at, n);
		else
			nvmetap_sha256_add (&s, pieces[i].at, n);
		kept -= n;
	}
	if (wanted == 1)
		nvmetap_sha256_end (&s, p);
	nvmetap_commit (body);
	return 1;
}

/* ---- the reader: takes frames out and makes a byte stream of them ---------------------------- */

/* The ring's next whole frame, or null. */
NVMETAP_FN unsigned char *
nvmetap_peek (struct nvmetap *t, unsigned index)
{
	struct nvmetap_ring *r = nvmetap_ring (t, index);
	for (;;) {
		uint64_t tail = __atomic_load_n (&r->tail, __ATOMIC_RELAXED);
		unsigned char *p = nvmetap_ring_data (t, index) + (tail & (t->ring_bytes - 1));
		uint32_t bytes = __atomic_load_n ((uint32_t *)(void *)p, __ATOMIC_ACQUIRE);
		if (!(bytes & NVMETAP_PADDING))
			return bytes ? p : 0;
		bytes &= ~NVMETAP_PADDING;
		nvmetap_wipe (p, bytes);
		__atomic_store_n (&r->tail, (uint32_t)(tail + bytes), __ATOMIC_RELEASE);
	}
}

/* The header of a frame as it goes over a byte stream: sync word in front, checksums at the end. */
NVMETAP_FN void
nvmetap_seal (struct nvmetap *t, const unsigned char *body, uint32_t body_bytes)
{
	unsigned char *o = t->out;
	nvmetap_put32 (o, NVMETAP_SYNC);
	nvmetap_put32 (o + 40, NVMETAP_CRC32C (0, body, body_bytes));
	nvmetap_put32 (o + 44, NVMETAP_CRC32C (0, o + 4, 40));
	t->last_taken = nvmetap_get64 (o + 32);
	t->out_at = 0;
	t->out_bytes = NVMETAP_FRAME_HEADER + (uint64_t)body_bytes;
}

/* Chooses the frame with the lowest ticket; if there is none, now and then a heartbeat. 0: nothing to send. */
NVMETAP_FN int
nvmetap_choose (struct nvmetap *t)
{
	unsigned char *best = 0, *p;
	uint64_t order = 0;
	unsigned i;
	for (i = 0; i < t->rings; i++) {
		p = nvmetap_peek (t, i);
		if (p && (!best || nvmetap_get64 (p + 24) < order)) {
			best = p;
			order = nvmetap_get64 (p + 24);
			t->out_ring = i;
		}
	}
	if (best) {
		t->out_record_bytes = nvmetap_get32 (best);
		t->out_from = (uint64_t)(best - (unsigned char *)t);
		nvmetap_copy (t->out, best, NVMETAP_FRAME_HEADER);
		nvmetap_seal (t, best + NVMETAP_FRAME_HEADER, nvmetap_get32 (best + 4));
		return 1;
	}
	if (!nvmetap_on (t) || NVMETAP_TICKS () - t->last_taken < t->ticks_per_second / 10)
		return 0;
	t->out_record_bytes = 0;
	nvmetap_frame_header (t, t->out, NVMETAP_HEARTBEAT, NVMETAP_NONE, 0, NVMETAP_CPU_UNKNOWN,
			      0xFFFF, t->reader_sequence++, 0);
	nvmetap_seal (t, 0, 0);
	return 1;
}

/* The frame is sent: its room is the mediator's again. */
NVMETAP_FN void
nvmetap_release (struct nvmetap *t)
{
	t->out_bytes = 0;
	if (t->out_record_bytes) {
		struct nvmetap_ring *r = nvmetap_ring (t, t->out_ring);
		uint64_t tail = __atomic_load_n (&r->tail, __ATOMIC_RELAXED);
		nvmetap_wipe ((unsigned char *)t + t->out_from, t->out_record_bytes);
		__atomic_store_n (&r->tail, (uint32_t)(tail + t->out_record_bytes),
				  __ATOMIC_RELEASE);
	}
}

/* Fills a buffer with whole frames in order (a frame larger than the buffer comes in several calls) and returns
   their bytes, 0 if there is nothing to send or another CPU is in here. What it returned is to be sent: it is
   not kept. Where nothing happens it beats, so call it at least every 100 ms. */
NVMETAP_FN size_t
nvmetap_take (struct nvmetap *t, void *buffer, size_t room)
{
	unsigned char *to = buffer;
	size_t done = 0;
	if (__atomic_exchange_n (&t->reader_busy, 1, __ATOMIC_ACQUIRE))
		return 0;
	while (done < room && (t->out_bytes || nvmetap_choose (t))) {
		size_t left = (size_t)(t->out_bytes - t->out_at), n = left;
		if (left > room - done) {
			if (done)
				break;
			n = room;
		}
		while (n) {
			size_t at = (size_t)t->out_at, part = n;
			const unsigned char *from = (unsigned char *)t + t->out_from + at;
			if (at < NVMETAP_FRAME_HEADER) {
				from = t->out + at;
				part = NVMETAP_FRAME_HEADER - at < n ? NVMETAP_FRAME_HEADER - at : n;
			}
			nvmetap_copy (to + done, from, part);
			t->out_at += part, done += part, n -= part;
		}
		if (t->out_at == t->out_bytes)
			nvmetap_release (t);
	}
	__atomic_store_n (&t->reader_busy, 0, __ATOMIC_RELEASE);
	return done;
}

#endif
