// Two versions of Switchback in one program. The exit status is the number of checks that failed.
#include "guests.hpp"

#include <cstdio>

namespace {

int failures = 0;

template <class T>
void check_equal(T const& left, T const& right, char const* what) {
    if (left == right) return;
    ++failures;
    std::printf("differ: %s\n", what);
}

#define CHECK_EQUAL(left, right) check_equal<decltype(left)>(left, right, #left ", " #right)

constexpr int alone = (0 + 1 + 2 + 7) + (0 + 1 + 7) + 100 + 1000;

int run_second() { return second::run(nullptr); }
int run_first_in_second() { return second::run([] { return first::run(nullptr); }); }

} // namespace

int main() {
    CHECK_EQUAL(first::run(nullptr), alone);
    CHECK_EQUAL(second::run(nullptr), alone);
    CHECK_EQUAL(first::run(run_second), 2 * alone);
    CHECK_EQUAL(first::run(run_first_in_second), 3 * alone);
    // To each other their own errors are those of the standard library that they derive from.
    CHECK_EQUAL(first::caught_from(first::fail), std::string("misuse"));
    CHECK_EQUAL(second::caught_from(second::fail), std::string("misuse"));
    CHECK_EQUAL(first::caught_from(second::fail), std::string("exception"));
    CHECK_EQUAL(second::caught_from(first::fail), std::string("exception"));
    return failures;
}
