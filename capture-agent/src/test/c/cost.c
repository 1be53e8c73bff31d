/*
 * What an event costs the CPU that tells it, in ticks of its clock: the median of many, of each call by itself, less
 * what reading the clock costs. The rings are emptied in between, so nothing is dropped.
 *
 *     cost
 */
#include "channel.h"

#define ROUNDS 200
#define CALLS 1000

static struct nvmetap *tap;
static unsigned char entry[64];

static int
compare (const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void
tell (const struct nvmetap_at *at, int what, uint32_t i)
{
	struct nvmetap_command c = { entry, 64, 1, (int32_t)i, 0, i, 4096, 0, 0,
		NVMETAP_OWNER_GUEST, 0 };
	switch (what) {
	case 1:
		nvmetap_doorbell (at, NVMETAP_GUEST, NVMETAP_SQ_TAIL, 1, i);
		break;
	case 2:
		nvmetap_command (at, NVMETAP_COMMAND_FETCHED, &c);
		break;
	case 3:
		nvmetap_completion (at, NVMETAP_COMPLETION_SEEN, 1, (int32_t)i, entry,
				    NVMETAP_OWNER_GUEST, i, 0);
		break;
	}
}

/* Ticks for CALLS calls, the median of ROUNDS. */
static uint64_t
median (const struct nvmetap_at *at, int what)
{
	static unsigned char sent[1 << 20];
	static uint64_t ticks[ROUNDS];
	uint32_t round, i;
	for (round = 0; round < ROUNDS; round++) {
		uint64_t from = NVMETAP_TICKS ();
		for (i = 0; i < CALLS; i++) {
			tell (at, what, i);
			__asm__ __volatile__ ("" ::: "memory");
		}
		ticks[round] = NVMETAP_TICKS () - from;
		while (nvmetap_take (tap, sent, sizeof sent) > 0)
			continue;
	}
	qsort (ticks, ROUNDS, sizeof ticks[0], compare);
	return ticks[ROUNDS / 2];
}

/* The same for doorbells that find no room. */
static uint64_t
median_full (const struct nvmetap_at *at)
{
	static uint64_t ticks[ROUNDS];
	uint32_t round, i;
	for (round = 0; round < ROUNDS; round++) {
		uint64_t from = NVMETAP_TICKS ();
		for (i = 0; i < CALLS; i++)
			tell (at, 1, i);
		ticks[round] = NVMETAP_TICKS () - from;
	}
	qsort (ticks, ROUNDS, sizeof ticks[0], compare);
	return ticks[ROUNDS / 2];
}

int
main (void)
{
	static const char *const names[] = { "nothing", "doorbell", "command", "completion" };
	static unsigned char memory[NVMETAP_BYTES (1, 1 << 20)] __attribute__ ((aligned (64)));
	struct nvmetap_controller c = { .vendor_id = -1, .device_id = -1, .mdts = -1 };
	struct nvmetap_header h = { .controllers = &c, .controller_count = 1 };
	struct nvmetap_at at = { 0, 0, 0 };
	uint64_t nothing, dropped;
	int what;
	tap = nvmetap_init (memory, sizeof memory, 1, channel_tick_rate ());
	at.tap = tap;
	printf ("off      %6.1f ticks a doorbell\n", (double)median (&at, 1) / CALLS);
	if (!tap || !nvmetap_hello (&at, &h))
		return 1;
	nothing = median (&at, 0);
	for (what = 1; what <= 3; what++)
		printf ("on       %6.1f ticks a %s\n",
			(double)(median (&at, what) - nothing) / CALLS, names[what]);
	while (nvmetap_fence (&at, 1))
		continue;
	dropped = tap->dropped;
	printf ("full     %6.1f ticks a doorbell that is dropped\n", (double)median_full (&at) / CALLS);
	printf ("clock    %6.3f ticks a ns, dropped %llu\n", (double)tap->ticks_per_second / 1e9,
		(unsigned long long)dropped - 1);
	return dropped == 1 ? 0 : 1;
}
