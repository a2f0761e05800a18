// Tasks that are started, waited for, cancelled and dropped by others.
#include "frames.hpp"

#include <switchback/start.hpp>

#include <memory>
#include <vector>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

namespace {

struct waits_for {
    sb::future<int> of;
    int got = 0;
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, of);
        SB_RETURN(got);
        SB_END();
    }
};

// The same, whatever comes of it.
struct waits_patiently_for {
    sb::future<int> of;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(of);
        } SB_CATCH_ALL {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

SB_SCENARIO("imvu T4, aio S4: several tasks wait for one future") {
    sb::future<int> value{};
    std::vector<sb::future<int>> waiters{};
    int i = 0;
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        value = co.start(faults::value_after{7});
        for (i = 0; i < 3; ++i) waiters.push_back(co.start(waits_for{value}));
        for (i = 0; i < 3; ++i) {
            SB_AWAIT_INTO(got, waiters[static_cast<std::size_t>(i)]);
            CHECK(got == 7);
        }
        SB_END();
    }
};

SB_SCENARIO("aio F3: several tasks wait for one that fails", faults::may_report) {
    sb::future<int> bad{};
    sb::future<void> one{};
    sb::future<void> two{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        bad = co.start(faults::fails_after{});
        one = co.start(waits_patiently_for{bad});
        two = co.start(waits_patiently_for{bad});
        SB_AWAIT(one);
        SB_AWAIT(two);
        SB_END();
    }
};

SB_SCENARIO("aio F4, imvu T11: errors that nobody looks at", faults::may_report) {
    sb::future<int> unseen{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        unseen = co.start(faults::fails_after{});
        co.start_detached(faults::fails_after{});
        SB_AWAIT(sb::sleep(3s));
        SB_END();
    }
};

SB_SCENARIO("imvu T7: futures are dropped, of tasks that have clean-up and of such that have none") {
    sb::future<void> guarded{};
    sb::future<int> plain{};
    sb::future<int> done{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        guarded = co.start(faults::cleans_up{});
        plain = co.start(faults::plain_chain{3});
        done = co.start(faults::value_after{1, 0s});
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
        guarded.reset();
        plain.reset();
        SB_AWAIT(sb::yield_now());
        done.reset();
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

SB_SCENARIO("aio C1, aio C3: a task cancels another, which a third waits for") {
    sb::future<int> chain{};
    sb::future<void> waiter{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        chain = co.start(faults::guarded_chain{2});
        waiter = co.start(waits_patiently_for{chain});
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(sb::yield_now());
        chain.cancel();
        SB_AWAIT(waiter);
        CHECK(chain.ready());
        SB_END();
    }
};

SB_SCENARIO("aio C2: a task is cancelled before its first step") {
    sb::future<int> never{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        never = co.start(faults::guarded_chain{2});
        never.cancel();
        SB_AWAIT(sb::yield_now());
        SB_AWAIT(waits_patiently_for{never});
        SB_END();
    }
};

SB_SCENARIO("aio C9: a task is cancelled between the end of what it awaits and its resumption") {
    sb::future<int> value{};
    sb::future<void> waiter{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        value = co.start(faults::value_after{7, 0s});
        waiter = co.start(waits_patiently_for{value});
        while (!value.ready()) SB_AWAIT(sb::yield_now());
        waiter.cancel();
        SB_AWAIT(waiter);
        SB_END();
    }
};

namespace {

struct awaits_itself {
    std::shared_ptr<sb::future<void>> own;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(*own);
        SB_END();
    }
};

// A frame without a try, around one that has two.
struct around_a_guarded_one {
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(faults::guarded_chain{1});
        SB_END();
    }
};

} // namespace

SB_SCENARIO("aio F7: a task that awaits itself is told so", faults::may_report) {
    std::shared_ptr<sb::future<void>> own = std::make_shared<sb::future<void>>();
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            *own = co.start(awaits_itself{own});
            SB_AWAIT(*own);
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
            own->reset();
        } SB_END_TRY
        SB_END();
    }
};

namespace {

// Holds its own future, and drops it.
struct drops_itself {
    std::shared_ptr<sb::future<void>> own;
    bool in_a_try;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        if (in_a_try) {
            SB_TRY {
                enters_try();
                own->reset();
                SB_AWAIT(sb::sleep(1s));
            } SB_FINALLY {
                leaves_try();
                SB_AWAIT(sb::sleep(1s));
            } SB_END_TRY
        } else {
            own->reset();
            SB_AWAIT(sb::sleep(1s));
            FAIL("goes on behind its own end");
        }
        SB_END();
    }
};

// Each holds the future of the next.
struct link {
    int depth;
    sb::future<void> next{};
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        if (depth > 0) next = co.start(link{depth - 1});
        SB_AWAIT(sb::sleep(10s));
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own R2: tasks drop their own last future") {
    std::shared_ptr<sb::future<void>> one = std::make_shared<sb::future<void>>();
    std::shared_ptr<sb::future<void>> two = std::make_shared<sb::future<void>>();
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            *one = co.start(drops_itself{one, false});
            *two = co.start(drops_itself{two, true});
            SB_AWAIT(sb::sleep(3s));
        } SB_FINALLY {
            leaves_try();
            one->reset();
            two->reset();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own R3: a chain of tasks is released by its first") {
    sb::future<void> first{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        first = co.start(link{6});
        SB_AWAIT(sb::sleep(1s));
        first.reset();
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

SB_SCENARIO("aio D5, own E1: tasks that nobody holds") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.start_detached(faults::cleans_up{});
        co.start_detached(faults::guarded_chain{2});
        co.start_detached(sb::sleep(2s));
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("own R1: frames that no try guards lie within and around one that has clean-up") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(around_a_guarded_one{});
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

SB_SCENARIO("imvu T9: a loop within a step") {
    sb::future<void> other{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        other = co.start(faults::cleans_up{});
        SB_AWAIT(sb::yield_now());
        faults::scheduler().run(faults::value_after{1, 1s});
        SB_TRY {
            enters_try();
            faults::scheduler().run(faults::fails_after{});
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_AWAIT(other);
        SB_END();
    }
};
