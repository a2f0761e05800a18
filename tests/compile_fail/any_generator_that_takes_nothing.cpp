// gallery: Generators
// expects: send(): nothing can be sent to this generator; its type must say sb::any_generator<Y, Sent>
#include <switchback/any_generator.hpp>
namespace sb = switchback;

void use(sb::any_generator<int>& g) {
#ifdef SB_FIXED
    g.next();
#else
    g.send(1);
#endif
}
