// A consumer of generators alone: it links nothing.
#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>

#include <cstddef>
#include <cstdio>

namespace sb = switchback;

struct squares {
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;; ++i) SB_YIELD(i * i);
        SB_END();
    }
};

sb::any_generator<int> some_squares(std::size_t many) {
    return sb::take(many, sb::generator<squares>{});
}

int main() {
    for (int n : some_squares(4)) std::printf("%d ", n);
    std::printf("\n");
}
