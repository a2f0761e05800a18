// The shared library.
#include "guest.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct twice {
    int n;
    int doubled = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1ns));
        SB_AWAIT_INTO(doubled, sb::offload([n = n] { return 2 * n; }));
        SB_RETURN(doubled);
        SB_END();
    }
};

struct failing {
    guest::fault what;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        guest::commit(what);
        SB_END();
    }
};

struct sleeper {
    int* cleaned_up;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(sb::sleep(1h));
        } SB_FINALLY {
            ++*cleaned_up;
        } SB_END_TRY
        SB_END();
    }
};

struct numbers {
    int limit;
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < limit; ++i) SB_YIELD(i);
        } SB_CATCH(guest::shared_error const& error) {
            SB_YIELD(100 + error.code);
        } SB_END_TRY
        SB_END();
    }
};

int run_alone(int n) {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    return scheduler.run(twice{n});
}

sb::unhandled_error_handler handler() {
    auto* const installed = sb::set_unhandled_error_handler(nullptr);
    sb::set_unhandled_error_handler(installed);
    return installed;
}

// Of any function that lies in the library's sources.
void const* address_of_core() { return reinterpret_cast<void const*>(&sb::describe); }

} // namespace

guest::interface const* guest_interface() {
    static guest::interface const all{
        [](int n) -> sb::task<int> { return twice{n}; },
        [](guest::fault what) -> sb::task<int> { return failing{what}; },
        [](sb::task<int> theirs) -> sb::task<std::string> {
            return guest::name_fault{std::move(theirs)};
        },
        [](int* cleaned_up) -> sb::task<void> { return sleeper{cleaned_up}; },
        [](int limit) -> sb::any_generator<int> { return numbers{limit}; },
        run_alone, address_of_core, handler, sb::forget_last_error};
    return &all;
}
