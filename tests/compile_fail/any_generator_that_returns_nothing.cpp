// gallery: Generators
// expects: take_returned(): this generator returns nothing
#include <switchback/any_generator.hpp>
namespace sb = switchback;

#ifdef SB_FIXED
void use(sb::any_generator<int, void, int>& g) {
#else
void use(sb::any_generator<int>& g) {
#endif
    g.next();
    g.take_returned();
}
