// gallery: Generators
// expects[g++]: invalid conversion from
// expects[clang++]: cannot initialize a variable of type 'const int'
#include <switchback/generator.hpp>
namespace sb = switchback;

struct numbers {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

int use(sb::generator<numbers>& g) {
#ifdef SB_FIXED
    auto* const value = g.next();
    return value == nullptr ? 0 : *value; // null: the end
#else
    int const value = g.next();
    return value;
#endif
}
