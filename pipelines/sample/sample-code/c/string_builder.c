/* SPDX-License-Identifier: MIT */
/* A growing string. Doubling keeps the cost of an append constant on average. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    char *text;
    size_t used;
    size_t room;
};

static int builder_reserve(struct builder *b, size_t wanted)
{
    if (wanted <= b->room)
        return 1;
    size_t room = b->room ? b->room : 16;
    while (room < wanted)
        room *= 2;
    char *text = realloc(b->text, room);
    if (text == NULL)
        return 0; /* the old text is still valid */
    b->text = text;
    b->room = room;
    return 1;
}

int builder_append(struct builder *b, const char *more)
{
    size_t length = strlen(more);
    if (!builder_reserve(b, b->used + length + 1))
        return 0;
    memcpy(b->text + b->used, more, length + 1);
    b->used += length;
    return 1;
}

/* Appends the items with a separator between them, and "and" before the last. */
int builder_list(struct builder *b, const char *const *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !builder_append(b, i + 1 == count ? " and " : ", "))
            return 0;
        if (!builder_append(b, items[i]))
            return 0;
    }
    return 1;
}

void builder_free(struct builder *b)
{
    free(b->text);
    memset(b, 0, sizeof *b);
}

int main(void)
{
    const char *const basket[] = { "leeks", "eggs", "honey", "a lemon" };
    struct builder b = { 0 };

    if (!builder_append(&b, "We bought ")
        || !builder_list(&b, basket, sizeof basket / sizeof *basket)
        || !builder_append(&b, ".\n")) {
        fputs("out of memory\n", stderr);
        builder_free(&b);
        return EXIT_FAILURE;
    }
    fputs(b.text, stdout);
    builder_free(&b);
    return EXIT_SUCCESS;
}
