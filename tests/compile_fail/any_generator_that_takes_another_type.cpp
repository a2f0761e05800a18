// gallery: Generators
// expects: send(): this value is not of the type that the generator takes
#include <switchback/any_generator.hpp>
namespace sb = switchback;

void use(sb::any_generator<int, int>& g) {
#ifdef SB_FIXED
    g.send(1);
#else
    g.send("one");
#endif
}
