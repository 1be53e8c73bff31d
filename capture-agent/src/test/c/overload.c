/*
 * Many threads tell far more than the reader takes, each on a ring of its own or shared, one of them interrupted by
 * a signal handler that tells too, as an interrupt does on a CPU. Says what was made, kept and dropped.
 *
 *     overload WHERE THREADS EVENTS RINGS RING_BYTES
 */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "channel.h"

static struct nvmetap *tap;
static unsigned events, threads;
static uint64_t made, kept;
static unsigned running;

static int
tell (int cpu, uint32_t value)
{
	struct nvmetap_at at = { tap, cpu, 0 };
	unsigned char sqe[64];
	struct nvmetap_command c = { sqe, 64, 1, 0, 0, (int64_t)value, -1, 0, 0,
		NVMETAP_OWNER_GUEST, 0 };
	if (value % 8)
		return nvmetap_doorbell (&at, NVMETAP_GUEST, NVMETAP_SQ_TAIL, (unsigned)cpu, value);
	memset (sqe, (int)value, sizeof sqe);
	return nvmetap_command (&at, NVMETAP_COMMAND_FETCHED, &c);
}

static void
count (int told)
{
	__atomic_fetch_add (&made, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add (&kept, (uint64_t)told, __ATOMIC_RELAXED);
}

static void
interrupt (int signal)
{
	(void)signal;
	count (tell (0, 1));
}

static void *
produce (void *argument)
{
	int cpu = (int)(intptr_t)argument;
	unsigned i;
	sigset_t timer;
	sigemptyset (&timer);
	sigaddset (&timer, SIGALRM);
	/* Only the first thread is interrupted: it has ring 0, and the handler tells on ring 0. */
	pthread_sigmask (cpu ? SIG_BLOCK : SIG_UNBLOCK, &timer, 0);
	for (i = 0; i < events; i++)
		count (tell (cpu, i));
	pthread_sigmask (SIG_BLOCK, &timer, 0);
	__atomic_fetch_sub (&running, 1, __ATOMIC_RELEASE);
	return 0;
}

static void
start (pthread_t *ids)
{
	struct itimerval often = { { 0, 200 }, { 0, 200 } };
	struct sigaction act;
	sigset_t timer;
	unsigned i;
	memset (&act, 0, sizeof act);
	act.sa_handler = interrupt;
	act.sa_flags = SA_RESTART;
	sigaction (SIGALRM, &act, 0);
	sigemptyset (&timer);
	sigaddset (&timer, SIGALRM);
	pthread_sigmask (SIG_BLOCK, &timer, 0);
	running = threads;
	setitimer (ITIMER_REAL, &often, 0);
	for (i = 0; i < threads; i++)
		if (pthread_create (&ids[i], 0, produce, (void *)(intptr_t)i))
			channel_fail ("thread");
}

int
main (int argc, char **argv)
{
	struct itimerval never = { { 0, 0 }, { 0, 0 } };
	struct nvmetap_controller c = { .vendor_id = -1, .device_id = -1, .mdts = -1 };
	struct nvmetap_header h = { .mediator_name = "overload", .controllers = &c,
		.controller_count = 1, .time_resolution_ns = 1 };
	struct nvmetap_at at = { 0, 0, 0 };
	struct channel channel;
	pthread_t ids[64];
	unsigned rings, i;
	size_t bytes;
	if (argc < 6)
		return 2;
	threads = (unsigned)atoi (argv[2]);
	events = (unsigned)atoi (argv[3]);
	rings = (unsigned)atoi (argv[4]);
	bytes = NVMETAP_BYTES (rings, (size_t)atoi (argv[5]));
	signal (SIGPIPE, SIG_IGN);
	channel = channel_open (argv[1], bytes);
	tap = nvmetap_init (channel.memory, bytes, rings, channel_tick_rate ());
	at.tap = tap;
	if (!tap || threads > 64 || !nvmetap_hello (&at, &h))
		return 2;
	start (ids);
	while (__atomic_load_n (&running, __ATOMIC_ACQUIRE))
		if (!channel_pump (&channel, tap))
			break;
	for (i = 0; i < threads; i++)
		pthread_join (ids[i], 0);
	setitimer (ITIMER_REAL, &never, 0);
	while (!nvmetap_end (&at, ""))
		channel_pump (&channel, tap);
	channel_pump (&channel, tap);
	printf ("made %llu kept %llu dropped %llu\n", (unsigned long long)made,
		(unsigned long long)kept, (unsigned long long)tap->dropped);
	return made == kept + tap->dropped ? 0 : 1;
}
