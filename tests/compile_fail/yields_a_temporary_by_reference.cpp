// gallery: Values
// expects: SB_YIELD:
#include <switchback/generator.hpp>
#include <string>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<std::string const&>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_YIELD(text);
#else
        SB_YIELD("a temporary string, dead before anybody reads it");
#endif
        SB_END();
    }
    std::string text = "a member";
};
