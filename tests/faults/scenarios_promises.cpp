// Promises, which others complete or do not.
#include "frames.hpp"

#include <switchback/promise.hpp>
#include <switchback/start.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

namespace {

// Completes it after a while, unless its future has gone.
struct completes {
    sb::promise<std::shared_ptr<test::live>> soon;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        soon.set_value(std::make_shared<test::live>());
        SB_END();
    }
};

// Drops it, and so breaks it.
struct breaks {
    sb::promise<int> soon;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own PR1, own PR5: a promise is kept by another task") {
    sb::future<std::shared_ptr<test::live>> soon{};
    sb::future<void> other{};
    std::shared_ptr<test::live> got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        {
            sb::promise<std::shared_ptr<test::live>> made{co};
            soon = made.get_future();
            made.on_cancel([held = std::make_shared<test::live>()] {});
            other = co.start(completes{std::move(made)});
        }
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, soon);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own PR4: a promise that is broken fails its future", faults::may_report) {
    sb::future<int> soon{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        {
            sb::promise<int> made{co};
            soon = made.get_future();
            co.start_detached(breaks{std::move(made)});
        }
        SB_TRY {
            enters_try();
            SB_AWAIT(soon);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};
