/* A queue of integers over a ring of fixed size, for places without malloc. */
#ifndef SAMPLE_QUEUE_H
#define SAMPLE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#define QUEUE_SLOTS 64

struct queue {
    int slots[QUEUE_SLOTS];
    size_t head; /* next to be taken */
    size_t count;
};

static inline void queue_clear(struct queue *q)
{
    q->head = 0;
    q->count = 0;
}

static inline bool queue_is_full(const struct queue *q)
{
    return q->count == QUEUE_SLOTS;
}

/* Puts a value at the end; false if there is no room for it. */
static inline bool queue_put(struct queue *q, int value)
{
    if (queue_is_full(q))
        return false;
    q->slots[(q->head + q->count) % QUEUE_SLOTS] = value;
    q->count++;
    return true;
}

/* Takes the oldest value; false if there is none, and *value is left alone. */
static inline bool queue_take(struct queue *q, int *value)
{
    if (q->count == 0)
        return false;
    *value = q->slots[q->head];
    q->head = (q->head + 1) % QUEUE_SLOTS;
    q->count--;
    return true;
}

#endif /* SAMPLE_QUEUE_H */
