// Prints what is measured, beside the limits. See tools/budgets.
#include "measure.hpp"

#include <cstdio>
#include <exception>

int main() try {
    auto const limits = budgets::read_limits();
    bool all_kept = true;
    budgets::measuring with[] = {
        budgets::measuring(budgets::compilers[0]), budgets::measuring(budgets::compilers[1])};
    std::printf("%-28s %8s %8s   %8s %8s\n", "", "g++", "budget", "clang++", "budget");
    for (auto const& each : limits) {
        if (each.name == "compilers") continue;
        long const measured[] = {with[0].measure(each.name), with[1].measure(each.name)};
        bool const kept = measured[0] <= each.limits[0] && measured[1] <= each.limits[1];
        all_kept = all_kept && kept;
        std::printf("%-28s %8ld %8ld   %8ld %8ld%s\n", each.name.c_str(), measured[0], each.limits[0],
            measured[1], each.limits[1], kept ? "" : "   too much");
        std::fflush(stdout);
    }
    // What a generator written by hand in C++20 has to include. (clang 14 does not say that it has coroutines.)
    std::printf("%-28s %8ld %8s   %8ld\n", "lines of C++20's headers",
        with[0].lines_of("<coroutine> <exception> <utility>", "-std=c++20"), "",
        with[1].lines_of("<coroutine> <exception> <utility>", "-std=c++20 -D__cpp_impl_coroutine=201902L"));
    return all_kept ? 0 : 1;
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
}
