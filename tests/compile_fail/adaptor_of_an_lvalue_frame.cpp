// gallery: Generators
// expects: an adaptor owns the frame that it runs: write std::move(x), or pass a copy
#include <switchback/adaptors.hpp>
#include <utility>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

void use(numbers& some) {
#ifdef SB_FIXED
    auto first = sb::take(1, std::move(some));
#else
    auto first = sb::take(1, some);
#endif
    first.next();
}
