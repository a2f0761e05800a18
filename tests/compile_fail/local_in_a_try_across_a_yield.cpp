// gallery: What lives across a yield
// expects: what lives across a yield or await is a member of the frame
// expects[g++]: crosses initialization of
// expects[clang++]: jump bypasses variable initialization
#include <switchback/generator.hpp>
#include <string>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_TRY {
#ifndef SB_FIXED
            std::string const local = "text";
#endif
            SB_YIELD("text");
        } SB_FINALLY {
        } SB_END_TRY
        SB_END();
    }
};
