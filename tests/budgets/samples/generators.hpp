// What a program does with a generator: it makes, resumes and destroys it. SB_BODIES does so with each of
// SB_COUNT bodies, which are all different to the compiler.
#pragma once

#include <switchback/generator.hpp>

#include "repeat.hpp"

#include <new>

namespace sb = switchback;

#define SB_BODY(n) \
    void make_##n(void* room) { ::new (room) sb::generator<body<n>>; } \
    int const* next_##n(sb::generator<body<n>>& g) { return g.next(); } \
    void destroy_##n(sb::generator<body<n>>& g) { g.~generator(); }
