// gallery: Try and with
// expects: SB_CATCH takes a named reference to const: SB_CATCH(std::exception const& error)
#include <switchback/generator.hpp>
#include <stdexcept>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
#ifdef SB_FIXED
        } SB_CATCH(std::exception const& error) {
#else
        } SB_CATCH(std::exception& error) {
#endif
        } SB_END_TRY
        SB_END();
    }
};
