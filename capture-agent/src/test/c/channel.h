/* How a program of these tests sends its tap's bytes: to a file, a socket, datagrams, or shared memory. */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "nvmetap.h"

#define CHANNEL_DATAGRAM 1400

struct channel {
	int fd;
	size_t piece;
	unsigned char *memory;
	size_t memory_bytes;
};

__attribute__ ((unused)) static void
channel_fail (const char *what)
{
	perror (what);
	exit (1);
}

/* Ticks of a second, of the clock that NVMETAP_TICKS() reads. */
__attribute__ ((unused)) static uint64_t
channel_tick_rate (void)
{
	struct timespec a, b;
	uint64_t from, to, ns;
	clock_gettime (CLOCK_MONOTONIC, &a);
	from = NVMETAP_TICKS ();
	do {
		clock_gettime (CLOCK_MONOTONIC, &b);
		to = NVMETAP_TICKS ();
		ns = (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000u + (uint64_t)b.tv_nsec - (uint64_t)a.tv_nsec;
	} while (ns < 20000000);
	return (to - from) * 1000 / (ns / 1000000);
}

__attribute__ ((unused)) static int
channel_connect (const char *where)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int udp = !strncmp (where, "udp:", 4), fd;
	if (!strncmp (where, "unix:", 5)) {
		strncpy (un.sun_path, where + 5, sizeof un.sun_path - 1);
		fd = socket (AF_UNIX, SOCK_STREAM, 0);
		if (fd < 0 || connect (fd, (struct sockaddr *)&un, sizeof un))
			channel_fail (where);
		return fd;
	}
	in.sin_port = htons ((uint16_t)atoi (where + 4));
	fd = socket (AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0 || connect (fd, (struct sockaddr *)&in, sizeof in))
		channel_fail (where);
	return fd;
}

/* where: unix:PATH, tcp:PORT, udp:PORT, shm:FILE, else a file, - the output. */
__attribute__ ((unused)) static struct channel
channel_open (const char *where, size_t memory_bytes)
{
	struct channel c = { 1, 65536, 0, memory_bytes };
	if (!strncmp (where, "shm:", 4)) {
		int fd = open (where + 4, O_RDWR | O_CREAT | O_TRUNC, 0600);
		if (fd < 0 || ftruncate (fd, (off_t)memory_bytes))
			channel_fail (where);
		c.memory = mmap (0, memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (c.memory == MAP_FAILED)
			channel_fail (where);
		close (fd);
		c.fd = -1;
		return c;
	}
	c.memory = mmap (0, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c.memory == MAP_FAILED)
		channel_fail ("memory");
	if (!strncmp (where, "unix:", 5) || !strncmp (where, "tcp:", 4))
		c.fd = channel_connect (where);
	else if (!strncmp (where, "udp:", 4))
		c.fd = channel_connect (where), c.piece = CHANNEL_DATAGRAM;
	else if (strcmp (where, "-"))
		c.fd = open (where, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (c.fd < 0)
		channel_fail (where);
	return c;
}

/* Sends what the tap has. Returns 0 if the other side is gone. */
__attribute__ ((unused)) static int
channel_pump (struct channel *c, struct nvmetap *tap)
{
	static __thread unsigned char buffer[65536];
	size_t n, at;
	if (c->fd < 0)
		return 1;
	while ((n = nvmetap_take (tap, buffer, c->piece)) > 0) {
		for (at = 0; at < n;) {
			ssize_t sent = write (c->fd, buffer + at, n - at);
			if (sent < 0 && errno == EINTR)
				continue;
			if (sent < 0 && errno == ECONNREFUSED && c->piece == CHANNEL_DATAGRAM)
				sent = (ssize_t)(n - at);
			if (sent < 0)
				return 0;
			at += (size_t)sent;
		}
	}
	return 1;
}

#endif
