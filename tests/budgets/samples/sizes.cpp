// Bytes of what a program holds, of one frame of an int: "name bytes" lines.
#include <switchback/switchback.hpp>

#include <cstdio>

namespace sb = switchback;

namespace {

template <class Context>
struct counting {
    int i = 0;

    sb::step operator()(Context& co) {
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(i);
        SB_END();
    }
};

} // namespace

int main() {
    std::printf("yields<int> %zu\n", sizeof(sb::yields<int>));
    std::printf("generator %zu\n", sizeof(sb::generator<counting<sb::yields<int>>>));
    std::printf("delegating-generator %zu\n", sizeof(sb::generator<counting<sb::delegates<int>>>));
    std::printf("any_generator<int> %zu\n", sizeof(sb::any_generator<int>));
    std::printf("returns<void> %zu\n", sizeof(sb::returns<void>));
    std::printf("returns<int> %zu\n", sizeof(sb::returns<int>));
    std::printf("task<int> %zu\n", sizeof(sb::task<int>));
    std::printf("future<int> %zu\n", sizeof(sb::future<int>));
    std::printf("task_scheduler %zu\n", sizeof(sb::task_scheduler));
}
