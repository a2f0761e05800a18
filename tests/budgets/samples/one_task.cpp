// A program of one task.
#include <switchback/run.hpp>
#include <switchback/sleep.hpp>

#include <chrono>

namespace sb = switchback;

struct nap {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(1)));
        SB_RETURN(0);
        SB_END();
    }
};

int main() { return sb::run(nap{}); }
