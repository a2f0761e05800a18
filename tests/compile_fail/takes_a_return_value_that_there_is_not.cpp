// gallery: Values
// expects: take_returned(): this body returns nothing
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int, void, int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

void use(sb::generator<body>& g) { g.take_returned(); }
