// gallery: Values
// expects: SB_YIELD: this value is not of the type that the body's context, sb::yields<Y>, names
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
#else
        SB_YIELD("one");
#endif
        SB_END();
    }
};

#ifndef SB_FIXED
sb::generator<body> g;
#endif
