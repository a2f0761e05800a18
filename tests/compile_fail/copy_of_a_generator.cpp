// gallery: Generators
// expects[g++]: use of deleted function
// expects[clang++]: call to implicitly-deleted copy constructor
#include <switchback/generator.hpp>
#include <utility>
namespace sb = switchback;

struct body {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

void use(sb::generator<body>& g) {
#ifdef SB_FIXED
    sb::generator<body> other{std::move(g)};
#else
    sb::generator<body> other{g};
#endif
    other.next();
}
