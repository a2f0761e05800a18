// gallery: Try and with
// expects: SB_TRY needs exceptions, and this file is compiled without them
// flags: -fno-exceptions
#include <switchback/generator.hpp>

namespace sb = switchback;

struct body {
    bool locked = false;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(1);
        locked = false; // or in the destructor of a member
#else
        SB_TRY {
            SB_YIELD(1);
        } SB_FINALLY {
            locked = false;
        } SB_END_TRY
#endif
        SB_END();
    }
};

int main() {
    return *sb::generator<body>().next();
}
