// Blocks that are left by waiting: time limits, task groups, what SB_ASYNC_WITH acquires; and shields.
#include "frames.hpp"

#include <switchback/async_with.hpp>
#include <switchback/exception_group.hpp>
#include <switchback/shield.hpp>
#include <switchback/task_group.hpp>
#include <switchback/timeouts.hpp>

#include <memory>
#include <optional>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("trio N2: a time limit that passes, around clean-up that waits") {
    std::optional<sb::move_on_after> limit{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(1s)) {
            SB_AWAIT(faults::cleans_up{5s});
        } SB_END_WITH
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("aio T3, own S1: limits within limits, of which the outer one passes first") {
    std::optional<sb::fail_after> outer{};
    std::optional<sb::move_on_after> inner{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_ASYNC_WITH(outer, sb::fail_after(1s)) {
                SB_ASYNC_WITH(inner, sb::move_on_after(2s)) {
                    SB_TRY {
                        enters_try();
                        SB_AWAIT(faults::guarded_chain{1});
                        SB_AWAIT(sb::sleep(5s));
                    } SB_FINALLY {
                        leaves_try();
                        SB_AWAIT(sb::yield_now());
                    } SB_END_TRY
                } SB_END_WITH
            } SB_END_WITH
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio T1: one await with a time limit, kept and missed", faults::may_report) {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, sb::with_timeout(5s, faults::guarded_chain{1}));
        SB_TRY {
            SB_AWAIT(sb::with_timeout(1s, faults::cleans_up{5s}));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("trio N1: a group of tasks that succeed, some started late") {
    std::optional<sb::task_group> group{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(group, sb::task_group{}) {
            group->start(faults::guarded_chain{1});
            group->start(faults::cleans_up{});
            SB_AWAIT(sb::sleep(1s));
            group->start(faults::value_after{1});
        } SB_END_WITH
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("aio TG1, aio TG2: a group in which several tasks fail, and the block too", faults::may_report) {
    std::optional<sb::task_group> group{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(faults::fails_after{1s});
                group->start(faults::fails_after{1s});
                group->start(faults::cleans_up{5s});
                group->start(faults::guarded_chain{2, true});
                SB_AWAIT(faults::guarded_chain{1, true});
            } SB_END_WITH
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio TG7: a group that is cancelled from within, in a time limit", faults::may_report) {
    std::optional<sb::task_group> group{};
    std::optional<sb::move_on_after> limit{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::move_on_after(3s)) {
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(faults::cleans_up{5s, 5s});
                group->start(faults::plain_chain{2});
                SB_AWAIT(sb::sleep(1s));
                group->cancel();
                SB_AWAIT(sb::sleep(5s));
            } SB_END_WITH
        } SB_END_WITH
        SB_END();
    }
};

namespace {

struct acquires {
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<std::unique_ptr<test::live>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(time));
        SB_RETURN(std::make_unique<test::live>());
        SB_END();
    }
};

} // namespace

SB_SCENARIO("gen G6: a resource that is waited for, and held across awaits") {
    std::optional<std::unique_ptr<test::live>> held{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(held, acquires{1s}) {
            SB_AWAIT(faults::cleans_up{});
        } SB_END_WITH
        CHECK_FALSE(held.has_value());
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("aio SH1: what is shielded goes on", faults::may_report) {
    sb::future<int> value{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        value = co.start(faults::value_after{1, 2s});
        SB_TRY {
            enters_try();
            SB_AWAIT_INTO(got, sb::shield(faults::guarded_chain{1}));
            SB_AWAIT(sb::shield(faults::cleans_up{}));
            SB_AWAIT(sb::shield(faults::fails_after{}));
        } SB_CATCH_ERRORS {
            SB_AWAIT_INTO(got, sb::shield(std::move(value)));
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};
