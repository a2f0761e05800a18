// What a program does with a task: another file makes it, so that its type is not told. SB_BODIES does so
// with each of SB_COUNT bodies, which are all different to the compiler.
#pragma once

#include <switchback/switchback.hpp>

#include "repeat.hpp"

#include <chrono>

namespace sb = switchback;

struct child {
    int n;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(n);
        SB_END();
    }
};

#define SB_BODY(n) \
    sb::task<int> make_##n() { return body<n>{}; }
