// A generator that counts.
#include "generators.hpp"

template <int N>
struct body {
    int i = N;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < 1000; ++i) SB_YIELD(i);
        SB_END();
    }
};

SB_BODIES
