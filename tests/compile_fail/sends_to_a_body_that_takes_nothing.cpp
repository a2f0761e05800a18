// gallery: Values
// expects: send(): nothing can be sent to this body; its context must say sb::yields<Y, Sent>
#include <switchback/generator.hpp>
namespace sb = switchback;

struct body {
#ifdef SB_FIXED
    sb::step operator()(sb::yields<int, int>& co) {
#else
    sb::step operator()(sb::yields<int>& co) {
#endif
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

void use(sb::generator<body>& g) { g.send(1); }
