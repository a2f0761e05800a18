// What every consumer builds: a task that waits for a worker thread and a timer, and a generator.
#include <switchback/switchback.hpp>

#include <cstdio>

namespace sb = switchback;
using namespace std::chrono_literals;

struct squares {
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i * i);
        SB_END();
    }
};

int halve(int n) {
    return n / 2;
}

struct program {
    int half = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        for (int n : sb::generator<squares>{}) {
            if (n > 80) {
                half = n;
                break;
            }
        }
        SB_AWAIT_INTO(half, sb::offload(halve, half));
        SB_AWAIT(sb::sleep(1ms));
        std::printf("half of 81 is %d\n", half);
        SB_RETURN(0);
        SB_END();
    }
};

int main() {
    return sb::run(program{});
}
