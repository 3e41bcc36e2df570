// Random numbers that repeat from their seed (splitmix64).
#pragma once

#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t next_random(struct random *random)
{
    uint64_t value = random->state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

// A number below `limit`.
static inline uint64_t below(struct random *random, uint64_t limit) { return next_random(random) % limit; }

// True once in so many times.
static inline int one_in(struct random *random, uint64_t times) { return below(random, times) == 0; }
