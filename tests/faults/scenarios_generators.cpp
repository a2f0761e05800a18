// Generators that wait, and loops over them.
#include "frames.hpp"

#include <switchback/async_adaptors.hpp>
#include <switchback/async_generator.hpp>
#include <switchback/for_await.hpp>
#include <switchback/timeouts.hpp>

#include <memory>
#include <optional>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

namespace {

// Yields in a try, and waits in its finally.
struct guarded_numbers {
    int at = 0;
    int end = 3;
    test::live alive{};
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            for (; at < end; ++at) {
                SB_AWAIT(sb::sleep(1s));
                SB_YIELD(at);
            }
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(sb::sleep(1s));
        } SB_END_TRY
        SB_END();
    }
};

struct plain_numbers {
    int at = 0;
    int end = 3;
    test::live alive{};
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; at < end; ++at) {
            SB_AWAIT(faults::guarded_chain{1});
            SB_YIELD(at);
        }
        SB_END();
    }
};

} // namespace

SB_SCENARIO("gen J1, own AN1: loops over generators that wait, with and without a try") {
    sb::async_cursor<int> each{};
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, guarded_numbers{}) {
            SB_AWAIT(sb::sleep(1s));
        }
        SB_FOR_AWAIT (each, plain_numbers{}) {
            SB_AWAIT(sb::yield_now());
        }
        SB_END();
    }
};

SB_SCENARIO("gen J11, own AN2: loops that are left early") {
    sb::async_cursor<int> each{};
    sb::async_generator<int> held{};
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, guarded_numbers{}) break;
        SB_FOR_AWAIT (each, plain_numbers{}) break;
        SB_FOR_AWAIT (each, guarded_numbers{}) break;
        held = guarded_numbers{};
        SB_AWAIT(held.next());
        held.reset();
        SB_AWAIT(sb::sleep(3s));
        SB_END();
    }
};

SB_SCENARIO("gen J5, gen J9: values sent, errors thrown in, and closed", faults::may_report) {
    sb::async_generator<int> from{};
    int* value = nullptr;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        from = guarded_numbers{};
        SB_AWAIT_INTO(value, from.next());
        SB_TRY {
            SB_AWAIT_INTO(value, from.throw_(std::make_exception_ptr(faults::failure{})));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_AWAIT(from.close());
        from = guarded_numbers{};
        SB_AWAIT_INTO(value, from.next());
        SB_AWAIT(from.close());
        from = plain_numbers{};
        SB_AWAIT_INTO(value, from.next());
        SB_AWAIT(from.close());
        SB_END();
    }
};

SB_SCENARIO("gen J7: a second task asks while one waits", faults::may_report) {
    std::shared_ptr<sb::async_generator<int>> from = std::make_shared<sb::async_generator<int>>();
    sb::future<int*> soon{};
    int* value = nullptr;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        *from = guarded_numbers{};
        soon = co.start(from->next());
        SB_AWAIT(sb::yield_now());
        SB_TRY {
            SB_AWAIT(from->next());
        } SB_CATCH(sb::misuse const& error) {
            static_cast<void>(error);
        } SB_END_TRY
        SB_AWAIT_INTO(value, soon);
        from.reset();
        SB_AWAIT(sb::sleep(2s));
        SB_END();
    }
};

SB_SCENARIO("own AN3: adaptors on one another") {
    sb::async_cursor<int> each{};
    int sum = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each,
            sb::async_throttle(1s, sb::async_filter([](int n) { return n != 1; },
                                       sb::async_map([](int n) { return faults::value_after{n}; }, guarded_numbers{})))) {
            sum += *each;
        }
        SB_END();
    }
};

SB_SCENARIO("own AN4: a time limit passes within a generator's own await", faults::may_report) {
    sb::async_generator<int> from{};
    std::optional<sb::move_on_after> limit{};
    int* value = nullptr;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        from = guarded_numbers{};
        SB_ASYNC_WITH(limit, sb::move_on_after(1500ms)) {
            for (;;) SB_AWAIT_INTO(value, from.next());
        } SB_END_WITH
        SB_AWAIT(from.close());
        SB_END();
    }
};

SB_SCENARIO("own AN5: several sources, one of which fails", faults::may_report) {
    sb::async_cursor<int> each{};
    sb::async_generator<int> borrowed{};
    int sum = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, sb::async_merge(guarded_numbers{}, plain_numbers{})) sum += *each;
        borrowed = guarded_numbers{};
        SB_TRY {
            SB_FOR_AWAIT (each,
                sb::async_merge(borrowed, sb::async_map([](int) { return faults::fails_after{}; }, guarded_numbers{}))) {
                SB_AWAIT(sb::yield_now());
            }
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own AN6: ahead of whoever reads, by values and by tasks", faults::may_report) {
    sb::async_cursor<int> each{};
    int sum = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, sb::async_buffered(2, guarded_numbers{})) {
            SB_AWAIT(sb::sleep(2s));
        }
        struct waits {
            int n = 0;
            sb::step operator()(sb::async_yields<faults::value_after>& co) {
                SB_BEGIN(co);
                for (; n < 3; ++n) SB_YIELD(faults::value_after{n});
                SB_END();
            }
        };
        SB_FOR_AWAIT (each, sb::async_buffered(2, waits{})) sum += *each;
        SB_END();
    }
};
