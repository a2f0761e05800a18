// gallery: Generators
// expects[g++]: use of deleted function
// expects[clang++]: overload resolution selected deleted operator '='
#include <switchback/generator.hpp>
#include <utility>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

void use(sb::generator<numbers>& a) {
#ifdef SB_FIXED
    sb::generator<numbers> b{std::move(a)}; // which has not begun
    b.next();
#else
    a = sb::generator<numbers>{};
#endif
}
