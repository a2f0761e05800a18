// gallery: Generators
// expects: an adaptor cannot go on with a generator that is const
#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
namespace sb = switchback;

#ifdef SB_FIXED
void use(sb::any_generator<int>& some) {
#else
void use(sb::any_generator<int> const& some) {
#endif
    auto first = sb::take(1, some);
    first.next();
}
