/* Roman numerals, both ways. Reads numbers or numerals from the command line. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    int value;
    const char *sign;
} table[] = {
    { 1000, "M" }, { 900, "CM" }, { 500, "D" }, { 400, "CD" },
    { 100, "C" },  { 90, "XC" },  { 50, "L" },  { 40, "XL" },
    { 10, "X" },   { 9, "IX" },   { 5, "V" },   { 4, "IV" }, { 1, "I" },
};

enum { SIGNS = sizeof table / sizeof *table, LONGEST = 16 };

static void to_roman(int number, char out[LONGEST])
{
    out[0] = '\0';
    for (int i = 0; i < SIGNS; i++) {
        while (number >= table[i].value) {
            strcat(out, table[i].sign);
            number -= table[i].value;
        }
    }
}

/* Returns 0 for anything that to_roman would not have written. */
static int from_roman(const char *text)
{
    const char *rest = text;
    int number = 0;
    for (int i = 0; i < SIGNS; i++) {
        size_t length = strlen(table[i].sign);
        while (strncmp(rest, table[i].sign, length) == 0) {
            number += table[i].value;
            rest += length;
        }
    }
    char again[LONGEST];
    if (*rest != '\0' || number < 1 || number > 3999)
        return 0;
    to_roman(number, again);
    return strcmp(again, text) == 0 ? number : 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        char out[LONGEST];
        if (isdigit((unsigned char)argv[i][0])) {
            int number = atoi(argv[i]);
            if (number < 1 || number > 3999) {
                fprintf(stderr, "%s: the Romans had no sign for it\n", argv[i]);
                bad = 1;
                continue;
            }
            to_roman(number, out);
            puts(out);
        } else {
            int number = from_roman(argv[i]);
            if (number == 0) {
                fprintf(stderr, "%s: not a numeral\n", argv[i]);
                bad = 1;
                continue;
            }
            printf("%d\n", number);
        }
    }
    return bad;
}
