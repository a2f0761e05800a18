#include <switchback/switchback.hpp>

#include <cstdio>

namespace sb = switchback;
using namespace std::chrono_literals;

struct greeting {
    char const* word = nullptr;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ms));
        SB_AWAIT_INTO(word, sb::offload([] { return "works"; }));
        std::printf("switchback %s\n", word);
        SB_END();
    }
};

int main() {
    return sb::run(greeting{});
}
