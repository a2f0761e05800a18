// Generators that are made of others, and loops over ranges.

#include <switchback/switchback.hpp>

#include <string>
#include <vector>

namespace sb = switchback;

namespace {

struct countdown {
    int from;

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        while (from > 0) SB_YIELD(from--);
        SB_RETURN(0);
        SB_END();
    }
};

struct both {
    sb::generator<countdown> first{std::in_place, 2}, second{std::in_place, 3};
    int result = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        if (result == 0)
            SB_YIELD_FROM(first);
        else
            SB_YIELD(1);
        SB_TRY {
            SB_YIELD_FROM_INTO(result, second);
        } SB_FINALLY {
            SB_YIELD(result);
        } SB_END_TRY
        SB_END();
    }
};

struct over_ranges {
    std::vector<std::string> words{"a", "b"};
    sb::cursor<std::vector<std::string>&> each{};
    sb::cursor<sb::generator<countdown>&> number{};
    sb::generator<countdown> numbers{std::in_place, 3};

    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        SB_FOR(each, words) {
            if (each->empty()) continue;
            SB_YIELD(*each);
            SB_TRY {
                SB_FOR(number, numbers) {
                    if (*number == 1) break;
                    SB_YIELD(std::to_string(*number));
                }
            } SB_CATCH_ERRORS {
                break;
            } SB_END_TRY
        }
        SB_END();
    }
};

} // namespace

int main() {
    sb::generator<both> g;
    sb::generator<over_ranges> h;
    return g.next() != nullptr && h.next() != nullptr ? 0 : 1;
}
