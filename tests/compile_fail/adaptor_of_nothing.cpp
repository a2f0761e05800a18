// gallery: Generators
// expects: sb::zip takes one source or more
#include <switchback/adaptors.hpp>
#include <vector>
namespace sb = switchback;

void use(std::vector<int>& numbers) {
#ifdef SB_FIXED
    auto rows = sb::zip(numbers);
#else
    auto rows = sb::zip();
#endif
    rows.next();
}
