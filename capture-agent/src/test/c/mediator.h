/* A small mediation driver over modelled memory, tapped whole. See mediator.c. */
#ifndef MEDIATOR_H
#define MEDIATOR_H

#include "nvmetap.h"

#define MEDIATOR_QUEUES 3
#define MEDIATOR_ENTRIES_MAX 64
#define MEDIATOR_PAGE 4096u

/* Planted faults, to be found in the recording. */
enum mediator_fault {
	MEDIATOR_SOUND,
	MEDIATOR_SQHD_NOT_TRANSLATED,   /* the controller's SQHD is left in the guest's completion */
	MEDIATOR_PHASE_FIRST            /* the store with the phase tag is not the last one */
};

/* The machine around the mediator. */
struct mediator_machine {
	void *context;
	uint32_t (*read_device) (void *context, uint32_t offset);
	void (*write_device) (void *context, uint32_t offset, uint32_t value);
	void (*inject) (void *context, unsigned vector);
	unsigned char *memory;          /* the guest's and the mediator's, from address 0 on */
	uint64_t own_memory;            /* where the mediator's part begins */
};

struct mediator_slot {
	int64_t id;
	uint64_t data;                  /* where data from the controller go, 0 none */
	uint32_t data_bytes;
	uint32_t cdw10;
	uint16_t guest_cid;
	unsigned char busy, own, opcode;
};

struct mediator_queue {
	uint64_t guest_sq, guest_cq, own_sq, own_cq;
	uint32_t sq_entries, cq_entries;
	uint32_t guest_head;            /* fetched up to here */
	uint32_t guest_cq_tail, guest_phase;
	uint32_t own_tail, own_cq_head, own_phase;
	uint32_t vector;
	unsigned char has_cq, has_sq;
	struct mediator_slot slots[MEDIATOR_ENTRIES_MAX];
	uint32_t next_slot;
};

struct mediator {
	struct nvmetap_at at;
	struct mediator_machine machine;
	enum mediator_fault fault;
	struct mediator_queue queues[MEDIATOR_QUEUES];
	uint64_t asq, acq;
	uint32_t aqa, cc;
	int64_t next_id;
	uint64_t own_used;
	unsigned char asked;            /* its own command was issued in this enable */
};

void mediator_init (struct mediator *m, struct nvmetap *tap,
		    const struct mediator_machine *machine,
		    enum mediator_fault fault);
uint32_t mediator_read (struct mediator *m, uint32_t offset);
void mediator_write (struct mediator *m, uint32_t offset, uint32_t value);
void mediator_interrupt (struct mediator *m, unsigned vector);

#endif
