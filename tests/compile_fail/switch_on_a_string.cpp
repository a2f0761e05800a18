// gallery: Switch
// expects: SB_SWITCH takes an integer or an enumeration
#include <switchback/generator.hpp>
#include <string>
namespace sb = switchback;

struct body {
    std::string text{};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
#ifdef SB_FIXED
        SB_SWITCH(text.size()) {
#else
        SB_SWITCH(text) {
#endif
        SB_DEFAULT: SB_YIELD(1);
        }
        SB_END();
    }
};
