// What Switchback costs stays within tests/budgets/limits.txt, and docs/budgets.md tells these limits.
#include "measure.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

budgets::budget const& versions(std::vector<budgets::budget> const& limits) {
    REQUIRE(limits.front().name == "compilers");
    return limits.front();
}

// With other versions of the compilers than those that the limits were made with nothing is known.
void check_budgets(int compiler) {
    auto const limits = budgets::read_limits();
    budgets::measuring with(budgets::compilers[compiler]);
    if (with.major_version() != versions(limits).limits[compiler]) {
        MESSAGE("the limits are not those of this " << budgets::compilers[compiler] << "; nothing is checked");
        return;
    }
    for (auto const& budget : limits) {
        if (budget.name == "compilers") continue;
        auto const measured = with.measure(budget.name);
        auto const limit = budget.limits[compiler];
        CHECK(measured > 0);
        CHECK_MESSAGE(measured <= limit, std::string(budgets::compilers[compiler]), ", ", budget.name,
            ": measured ", measured, ", budget ", limit);
    }
}

} // namespace

TEST_CASE("what g++ makes of the library is within its budgets") { check_budgets(0); }

TEST_CASE("what clang++ makes of the library is within its budgets") { check_budgets(1); }

TEST_CASE("docs/budgets.md tells the limits, all of them and no others") {
    std::ifstream in(budgets::root / "docs" / "budgets.md");
    std::string const text{std::istreambuf_iterator<char>(in), {}};
    std::set<std::string> told;
    std::regex const row(R"(\n\| `([^`]+)` \|[^|\n]*\| ([0-9,]+) \| ([0-9,]+) \|)");
    for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) {
        auto line = (*at)[1].str() + " " + (*at)[2].str() + " " + (*at)[3].str();
        line.erase(std::remove(line.begin(), line.end(), ','), line.end());
        told.insert(line);
    }
    std::set<std::string> set;
    for (auto const& budget : budgets::read_limits()) {
        if (budget.name == "compilers") continue;
        set.insert(budget.name + " " + std::to_string(budget.limits[0]) + " " +
                   std::to_string(budget.limits[1]));
    }
    CHECK(set.size() > 20);
    for (auto const& each : set) CHECK_MESSAGE(told.count(each) == 1, "not told: ", each);
    for (auto const& each : told) CHECK_MESSAGE(set.count(each) == 1, "told, but not so: ", each);
}
