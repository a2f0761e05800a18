// A program whose every name of ours is met by a hostile macro: the generated header includes the
// standard library, defines the macros, and includes all of Switchback.
#include "everything.hpp"

namespace {

struct count_up {
    int i = 0;

    switchback::step operator()(switchback::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < 3; ++i) SB_YIELD(i);
        } SB_CATCH(std::logic_error const& error) {
            SB_YIELD(error.what()[0]);
        } SB_CATCH_ERRORS {
            SB_RAISE();
        } SB_ELSE {
            SB_YIELD(30);
        } SB_FINALLY {
            SB_YIELD(400);
        } SB_END_TRY
        SB_END();
    }
};

struct passes_on {
    switchback::step operator()(switchback::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(switchback::generator<count_up>{});
        SB_END();
    }
};

struct waits {
    int x = 0;
    std::optional<int> held{};
    switchback::cursor<std::vector<int>&> at{};
    std::vector<int> numbers{1, 2};

    switchback::step operator()(switchback::returns<int>& co) {
        SB_BEGIN(co);
        SB_WITH(held, 5) {
            SB_AWAIT(switchback::sleep(std::chrono::nanoseconds(1)));
        } SB_END_WITH
        SB_FOR (at, numbers) {
            SB_AWAIT(switchback::yield_now());
            x += *at;
        }
        SB_SWITCH(x) {
            SB_CASE(3):
                SB_AWAIT_INTO(x, switchback::offload([] { return 42; }));
                break;
            SB_DEFAULT:
                break;
        }
        SB_RETURN(x);
        SB_END();
    }
};

} // namespace

int main() {
    int sum = 0;
    for (int const n : switchback::generator<passes_on>{}) sum += n;
    switchback::native_pump pump;
    switchback::task_scheduler scheduler{pump};
    return sum == 433 && scheduler.run(waits{}) == 42 ? 0 : 1;
}
