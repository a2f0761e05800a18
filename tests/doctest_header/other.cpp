// A second file of the program, whose cases the compiler gives the same names as those of the first.
#include <switchback/doctest.hpp>

namespace sb = switchback;

SB_TEST_CASE("a case in another file is another case") {
    bool is_another = true;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK(is_another);
        SB_END();
    }
};
