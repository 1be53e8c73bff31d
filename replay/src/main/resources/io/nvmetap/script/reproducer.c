/*
@ABOUT@
 *
 * gcc -std=c99 -Wall -Wextra -Werror -o reproducer FILE.c
 * ./reproducer q.sock
 *
 * Exit status: 0 all as recorded, 1 something differs or did not come, 3 no machine to talk to.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define BAR @BAR@
#define FUNCTION @FUNCTION@
#define POLLS_MAX 5000          /* looks at what is waited for, a millisecond apart */
#define ANSWER_SECONDS_MAX 10   /* until QEMU answers one request */
#define LINE_BYTES_MAX 65536

enum kind { NOTE, CONFIG, WRITE, READ, AWAIT_REGISTER, RAM, CLEAR, AWAIT_ENTRY };

struct step {
    enum kind kind;
    uint64_t at;            /* register offset, address in RAM, offset in PCI configuration */
    unsigned width;         /* bytes of a register; queue of an entry */
    uint64_t value;         /* value, bits that are waited for, slot of an entry */
    uint64_t expected;      /* their values, the phase tag of an entry, bytes to clear */
    const char *text;
};

struct expected {
    unsigned sqid;
    unsigned cid;
    int status;             /* -1: not seen */
    const char *text;
};

static const struct step steps[] = {
@STEPS@
};

static struct expected expected[] = {
@EXPECTED@
    {0, 0, -1, NULL}
};

static int machine = -1;
static char answer[LINE_BYTES_MAX];

static void fail(const char *what)
{
    fprintf(stderr, "reproducer: %s\n", what);
    exit(3);
}

static void receive(void)
{
    size_t length = 0;

    for (;;) {
        char c;
        ssize_t got = recv(machine, &c, 1, 0);

        if (got <= 0)
            fail("QEMU does not answer");
        if (c == '\n')
            break;
        if (length + 1 >= sizeof answer)
            fail("QEMU's answer is too long");
        answer[length++] = c;
    }
    answer[length] = '\0';
}

/* Sends one request; the answer, without its OK, is in answer. */
static const char *ask(const char *request)
{
    size_t length = strlen(request);
    size_t sent = 0;

    while (sent < length) {
        ssize_t now = send(machine, request + sent, length - sent, MSG_NOSIGNAL);

        if (now <= 0)
            fail("QEMU takes no request");
        sent += (size_t)now;
    }
    do
        receive();
    while (strncmp(answer, "IRQ ", 4) == 0);
    if (strncmp(answer, "OK", 2) != 0)
        fail(answer);
    return answer[2] == ' ' ? answer + 3 : answer + 2;
}

static char letter(unsigned width)
{
    return width == 1 ? 'b' : width == 2 ? 'w' : width == 4 ? 'l' : 'q';
}

static void config(unsigned offset, uint64_t value)
{
    char line[64];

    snprintf(line, sizeof line, "outl 0xcf8 0x%x\n",
             0x80000000u | FUNCTION << 8 | (offset & 0xfc));
    ask(line);
    snprintf(line, sizeof line, "outl 0xcfc 0x%" PRIx64 "\n", value);
    ask(line);
}

static uint64_t read_register(uint64_t offset, unsigned width)
{
    char line[64];

    snprintf(line, sizeof line, "read%c 0x%" PRIx64 "\n", letter(width), BAR + offset);
    return strtoull(ask(line), NULL, 16);
}

static void write_register(uint64_t offset, unsigned width, uint64_t value)
{
    char line[80];

    snprintf(line, sizeof line, "write%c 0x%" PRIx64 " 0x%" PRIx64 "\n", letter(width),
             BAR + offset, value);
    ask(line);
}

static void write_ram(uint64_t address, const char *hex)
{
    size_t length = strlen(hex);
    char *line = malloc(length + 80);

    if (line == NULL)
        fail("no memory");
    snprintf(line, length + 80, "write 0x%" PRIx64 " 0x%zx 0x%s\n", address, length / 2, hex);
    ask(line);
    free(line);
}

static void clear_ram(uint64_t address, uint64_t bytes)
{
    char line[80];

    snprintf(line, sizeof line, "memset 0x%" PRIx64 " 0x%" PRIx64 " 0x0\n", address, bytes);
    ask(line);
}

static void pause_a_millisecond(void)
{
    struct timespec moment = {0, 1000000};

    nanosleep(&moment, NULL);
}

static int await_register(const struct step *s)
{
    uint64_t value = 0;
    int i;

    for (i = 0; i < POLLS_MAX; i++) {
        value = read_register(s->at, 4);
        if ((value & s->value) == s->expected)
            return 0;
        pause_a_millisecond();
    }
    printf("differs   %s is 0x%" PRIx64 ", & 0x%" PRIx64 " did not become 0x%" PRIx64 "\n",
           s->text, value, s->value, s->expected);
    return 1;
}

static unsigned u16(const unsigned char *entry, int at)
{
    return entry[at] | (unsigned)entry[at + 1] << 8;
}

/* Compares one completion with the recorded one of the same command. */
static int compare(const struct step *s, const unsigned char *entry)
{
    unsigned sqid = u16(entry, 10);
    unsigned cid = u16(entry, 12);
    int status = (int)(u16(entry, 14) >> 1);
    struct expected *e;

    printf("CQ %u slot %" PRIu64 "   SQ %u CID %u   status 0x%03x   DW0 0x%02x%02x%02x%02x", s->width,
           s->value, sqid, cid, (unsigned)status, entry[3], entry[2], entry[1], entry[0]);
    for (e = expected; e->text != NULL; e++) {
        if (e->sqid == sqid && e->cid == cid && e->status != -2)
            break;
    }
    if (e->text == NULL) {
        printf("   differs: no such command was recorded as completed\n");
        return 1;
    }
    printf("   %s", e->text);
    if (e->status >= 0 && e->status != status) {
        printf("   differs: recorded 0x%03x\n", (unsigned)e->status);
        e->status = -2;
        return 1;
    }
    printf("\n");
    e->status = -2;
    return 0;
}

static int await_entry(const struct step *s)
{
    unsigned char entry[16];
    char line[64];
    int i;

    snprintf(line, sizeof line, "read 0x%" PRIx64 " 0x10\n", s->at);
    for (i = 0; i < POLLS_MAX; i++) {
        const char *hex = ask(line);
        int at;

        if (strlen(hex) != 34)
            fail("QEMU's answer is no memory");
        for (at = 0; at < 16; at++) {
            unsigned byte = 0;

            if (sscanf(hex + 2 + 2 * at, "%2x", &byte) != 1)
                fail("QEMU's answer is no memory");
            entry[at] = (unsigned char)byte;
        }
        if ((entry[14] & 1) == s->expected)
            return compare(s, entry);
        pause_a_millisecond();
    }
    printf("differs   CQ %u slot %" PRIu64 ": no completion came\n", s->width, s->value);
    return 1;
}

static int perform(const struct step *s)
{
    switch (s->kind) {
    case NOTE:
        printf("%s\n", s->text);
        return 0;
    case CONFIG:
        config((unsigned)s->at, s->value);
        return 0;
    case WRITE:
        write_register(s->at, s->width, s->value);
        return 0;
    case READ:
        printf("%s: 0x%" PRIx64 "\n", s->text, read_register(s->at, s->width));
        return 0;
    case AWAIT_REGISTER:
        return await_register(s);
    case RAM:
        write_ram(s->at, s->text);
        return 0;
    case CLEAR:
        clear_ram(s->at, s->expected);
        return 0;
    case AWAIT_ENTRY:
        return await_entry(s);
    }
    return 0;
}

int main(int count, char **argument)
{
    struct sockaddr_un to;
    struct timeval patience = {ANSWER_SECONDS_MAX, 0};
    size_t i;
    int differs = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    memset(&to, 0, sizeof to);
    to.sun_family = AF_UNIX;
    if (count != 2 || strlen(argument[1]) >= sizeof to.sun_path) {
        fprintf(stderr, "usage: %s QTEST-SOCKET\n", argument[0]);
        return 2;
    }
    strcpy(to.sun_path, argument[1]);
    machine = socket(AF_UNIX, SOCK_STREAM, 0);
    if (machine < 0 || connect(machine, (struct sockaddr *)&to, sizeof to) != 0)
        fail("nobody serves qtest at that socket");
    setsockopt(machine, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(machine, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    for (i = 0; i < sizeof steps / sizeof steps[0]; i++)
        differs |= perform(&steps[i]);
    printf("%s\n", differs ? "differs" : "all as recorded");
    close(machine);
    return differs;
}
