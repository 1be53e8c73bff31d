/*
 * What the tap does at its bounds. Exit status 0: all as the header says; else the line of the first that is not.
 */
#include "channel.h"

#define HOLDS(what) do { if (!(what)) { printf ("line %d: %s\n", __LINE__, #what); return __LINE__; } } while (0)
#define RING 4096u

static unsigned char memory[NVMETAP_BYTES (1, RING)] __attribute__ ((aligned (64)));
static unsigned char large[NVMETAP_BYTES (1, 1 << 20)] __attribute__ ((aligned (64)));
static unsigned char out[1 << 20];

static struct nvmetap *
begun (void *at, size_t bytes, unsigned policy)
{
	struct nvmetap_controller c = { .vendor_id = -1, .device_id = -1, .mdts = -1 };
	struct nvmetap_header h = { .controllers = &c, .controller_count = 1,
		.policy = (unsigned char)policy };
	struct nvmetap *tap = nvmetap_init (at, bytes, 1, 1000000000);
	struct nvmetap_at a = { tap, 0, 0 };
	return nvmetap_hello (&a, &h) && nvmetap_take (tap, out, sizeof out) ? tap : 0;
}

static int
initialisation (void)
{
	HOLDS (!nvmetap_init (memory, sizeof memory, 0, 1));
	HOLDS (!nvmetap_init (memory, sizeof memory, 2, 1));
	HOLDS (!nvmetap_init (memory, sizeof memory, NVMETAP_RINGS_MAX + 1, 1));
	HOLDS (!nvmetap_init (memory, sizeof memory, 1, 0));
	HOLDS (nvmetap_init (memory, sizeof memory, 1, 1)->ring_bytes == RING);
	HOLDS (nvmetap_init (large, sizeof large - 1, 1, 1)->ring_bytes == 1 << 19);
	return 0;
}

static int
off (void)
{
	struct nvmetap_at nobody = { 0, 0, 0 }, silent = { nvmetap_init (memory, sizeof memory, 1, 1), 0, 0 };
	struct nvmetap_controller c = { .mdts = -1 };
	struct nvmetap_header none = { .controllers = &c };
	HOLDS (!nvmetap_on (0) && !nvmetap_on (silent.tap));
	HOLDS (!nvmetap_fence (&nobody, 1) && !nvmetap_fence (&silent, 1));
	HOLDS (silent.tap->dropped == 0);
	HOLDS (!nvmetap_hello (&nobody, &none) && !nvmetap_hello (&silent, &none));
	none.controller_count = NVMETAP_CONTROLLERS_MAX + 1;
	HOLDS (!nvmetap_hello (&silent, &none));
	HOLDS (!nvmetap_take (silent.tap, out, sizeof out));
	return 0;
}

static int
full_ring (void)
{
	struct nvmetap *tap = begun (memory, sizeof memory, NVMETAP_PAYLOAD_ALL);
	struct nvmetap_at at = { tap, 5, 0 };
	unsigned kept = 0;
	HOLDS (tap);
	while (nvmetap_fence (&at, 1))
		kept++;
	HOLDS (kept > 60 && tap->dropped == 1);
	HOLDS (!nvmetap_end (&at, "full") && tap->dropped == 1);
	HOLDS (!nvmetap_fence (&at, 1) && tap->dropped == 1); /* it has ended: not recorded, not lost */
	HOLDS (nvmetap_take (tap, out, sizeof out) == kept * 56);
	HOLDS (nvmetap_end (&at, "empty"));
	HOLDS (nvmetap_take (tap, out, sizeof out) == 48 + 18 + 5);
	HOLDS (nvmetap_get64 (out + 48) == kept + 1 && nvmetap_get64 (out + 56) == 1);
	return 0;
}

static int
one_reader (void)
{
	struct nvmetap *tap = begun (memory, sizeof memory, 0);
	struct nvmetap_at at = { tap, 0, 0 };
	HOLDS (tap && nvmetap_fence (&at, 1));
	tap->reader_busy = 1;
	HOLDS (!nvmetap_take (tap, out, sizeof out));
	tap->reader_busy = 0;
	HOLDS (nvmetap_take (tap, out, sizeof out) == 56);
	return 0;
}

static int
texts (void)
{
	static char text[NVMETAP_TEXT_MAX + 10];
	struct nvmetap *tap = begun (large, sizeof large, 0);
	struct nvmetap_at at = { tap, 0, 0 };
	HOLDS (tap);
	memset (text, 'x', sizeof text - 1);
	HOLDS (nvmetap_annotation (&at, 0, text));
	HOLDS (nvmetap_take (tap, out, sizeof out) == 48 + 12 + NVMETAP_TEXT_MAX);
	/* A character of two bytes, begun on the last one that is sent, is left out whole. */
	memcpy (text + NVMETAP_TEXT_MAX - 1, "\xC3\xA4", 2);
	HOLDS (nvmetap_annotation (&at, 0, text));
	HOLDS (nvmetap_take (tap, out, sizeof out) == 48 + 12 + NVMETAP_TEXT_MAX - 1);
	return 0;
}

static int
large_events (void)
{
	static struct nvmetap_page pages[NVMETAP_PAGES_MAX + 1];
	static unsigned char data[1 << 19];
	struct nvmetap_piece piece = { data, sizeof data };
	struct nvmetap *tap = begun (large, sizeof large, NVMETAP_PAYLOAD_ALL);
	struct nvmetap_at at = { tap, 0, 0 };
	struct nvmetap_command c = { data, 64, 1, 0, 0, 1, -1, pages, NVMETAP_PAGES_MAX + 1,
		NVMETAP_OWNER_GUEST, 0 };
	HOLDS (tap && nvmetap_command (&at, NVMETAP_COMMAND_FETCHED, &c));
	HOLDS (nvmetap_take (tap, out, sizeof out) == 48 + 36 + 64 + 12 * NVMETAP_PAGES_MAX);
	/* A payload is cut to a quarter of the ring, and says how much there was. */
	HOLDS (nvmetap_payload (&at, NVMETAP_DEVICE, 0, 1, 1, 1, sizeof data, &piece, 1));
	HOLDS (nvmetap_take (tap, out, sizeof out) == 48 + 28 + (1 << 18));
	HOLDS (nvmetap_get64 (out + 48 + 16) == sizeof data);
	/* What cannot be cut and is larger than that is dropped. */
	HOLDS (!nvmetap_pointer_list (&at, 1, 1, 0, data, sizeof data) && tap->dropped == 1);
	return 0;
}

static int
policy (void)
{
	static unsigned char data[512];
	struct nvmetap_piece piece = { data, sizeof data };
	static const size_t admin[] = { 0, 588, 588, 588 }, io[] = { 0, 0, 108, 588 };
	unsigned p;
	for (p = NVMETAP_PAYLOAD_NONE; p <= NVMETAP_PAYLOAD_ALL; p++) {
		struct nvmetap *tap = begun (large, sizeof large, p);
		struct nvmetap_at at = { tap, 0, 0 };
		HOLDS (tap);
		HOLDS (nvmetap_payload (&at, NVMETAP_DEVICE, 1, 0, 1, 1, 512, &piece, 1));
		HOLDS (nvmetap_take (tap, out, sizeof out) == admin[p]);
		HOLDS (nvmetap_payload (&at, NVMETAP_DEVICE, 1, 7, 1, 1, 512, &piece, 1));
		HOLDS (nvmetap_take (tap, out, sizeof out) == io[p]);
	}
	return 0;
}

int
main (void)
{
	int (*const all[]) (void) = { initialisation, off, full_ring, one_reader, texts, large_events,
		policy };
	unsigned i;
	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] ())
			return 1;
	return 0;
}
