// gallery: The frame and its body
// expects[g++]: cannot convert 'int' to 'switchback::v0::step' in return
// expects[clang++]: cannot initialize return object of type 'sb::step'
#include <switchback/switchback.hpp>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_RETURN(1);
#else
        return 1;
#endif
        SB_END();
    }
};
