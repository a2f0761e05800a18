// gallery: Generators
// expects: an adaptor takes its elements from a generator, a generator's frame or a range
#include <switchback/adaptors.hpp>
#include <vector>
namespace sb = switchback;

void use() {
#ifdef SB_FIXED
    auto numbered = sb::enumerate(std::vector<int>{3});
#else
    auto numbered = sb::enumerate(3);
#endif
    numbered.next();
}
