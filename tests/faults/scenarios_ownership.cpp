// Tasks that belong to objects: owners, names, active objects, frames of a display; and what goes along with a task.
#include "frames.hpp"

#include <switchback/active_object.hpp>
#include <switchback/named_task_collection.hpp>
#include <switchback/next_display_frame.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_local.hpp>
#include <switchback/task_owner.hpp>

#include <memory>
#include <optional>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("own OW1, own OW2: an owner in a frame, whose tasks end with it") {
    std::unique_ptr<sb::task_owner> owner{};
    sb::future<int> kept{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        owner = std::make_unique<sb::task_owner>(co);
        kept = owner->start(faults::plain_chain{2});
        owner->start(faults::cleans_up{});
        owner->start(faults::guarded_chain{2});
        owner->keep(co.start(faults::cleans_up{10s}));
        SB_AWAIT(sb::sleep(1s));
        owner.reset();
        CHECK(kept.ready());
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("own OW3: an owner that a task of its own destroys") {
    std::unique_ptr<sb::task_owner> owner{};
    sb::future<void> ends{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        owner = std::make_unique<sb::task_owner>(co);
        owner->start(faults::cleans_up{});
        ends = owner->start([this](sb::returns<void>& inner) {
            SB_BEGIN(inner);
            SB_AWAIT(sb::yield_now());
            owner.reset();
            SB_AWAIT(sb::sleep(1s));
            SB_END();
        });
        owner->start(faults::value_after{1, 5s});
        SB_AWAIT(sb::sleep(2s));
        SB_END();
    }
};

SB_SCENARIO("own OW4: an owner that is closed by awaiting", faults::may_report) {
    std::unique_ptr<sb::task_owner> owner{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        owner = std::make_unique<sb::task_owner>(co);
        SB_TRY {
            enters_try();
            owner->start(faults::guarded_chain{1});
            owner->start(faults::cleans_up{5s});
            owner->start(faults::fails_after{});
            SB_AWAIT(sb::sleep(1s));
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(owner->close());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own NT2, own NT3, own NT4: tasks of one name that replace one another") {
    std::unique_ptr<sb::named_task_collection> tasks{};
    sb::future<int> last{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        tasks = std::make_unique<sb::named_task_collection>(co);
        tasks->start("a", faults::guarded_chain{1});
        tasks->start("b", faults::cleans_up{});
        SB_AWAIT(sb::yield_now());
        tasks->start("a", faults::cleans_up{5s}); // released
        SB_AWAIT(sb::yield_now());
        tasks->start("a", faults::plain_chain{1}, sb::if_taken::replace_when_ended);
        SB_AWAIT(sb::yield_now());
        last = tasks->start("a", faults::value_after{7}, sb::if_taken::replace_when_ended);
        last = tasks->start("a", faults::value_after{8}, sb::if_taken::join);
        SB_AWAIT_INTO(got, last);
        CHECK(got == 7);
        tasks->start("b", faults::cleans_up{5s});
        SB_AWAIT(sb::yield_now());
        tasks.reset();
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("own AO1, own AO3: calls of an active object, of which one fails", faults::may_report) {
    std::unique_ptr<sb::active_object> object{};
    sb::future<int> last{};
    sb::future<void> cancelled{};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        object = std::make_unique<sb::active_object>(co);
        object->call(faults::cleans_up{});
        object->call(faults::fails_after{});
        cancelled = object->call(faults::cleans_up{5s});
        last = object->call(faults::guarded_chain{1});
        SB_AWAIT(sb::yield_now());
        cancelled.cancel();
        SB_AWAIT_INTO(got, last);
        object->call(faults::cleans_up{});
        object->call(faults::value_after{1});
        SB_AWAIT(sb::yield_now());
        object.reset();
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

SB_SCENARIO("own AO5: an active object that is finished, and closed") {
    std::unique_ptr<sb::active_object> object{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        object = std::make_unique<sb::active_object>(co);
        SB_TRY {
            enters_try();
            object->call(faults::guarded_chain{1});
            object->call(faults::cleans_up{});
            SB_AWAIT(object->finish());
        } SB_FINALLY {
            leaves_try();
            SB_AWAIT(object->close());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct three_frames {
    sb::display_frames* frames;
    int left = 3;
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; left > 0; --left) {
            SB_TRY {
                enters_try();
                SB_AWAIT(sb::next_display_frame(*frames));
            } SB_FINALLY {
                leaves_try();
            } SB_END_TRY
        }
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own NF1, own NF6: tasks that wait for frames, in the end for some that never come", faults::may_report) {
    std::unique_ptr<sb::display_frames> frames{};
    std::optional<sb::task_group> group{};
    int i = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        frames = std::make_unique<sb::display_frames>(faults::scheduler());
        SB_TRY {
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(three_frames{frames.get()});
                group->start(three_frames{frames.get(), 4});
                for (i = 0; i < 3; ++i) {
                    SB_AWAIT(sb::sleep(16ms));
                    frames->begin_frame(0ns);
                    frames->begin_frame();
                }
                group->start(three_frames{frames.get()});
                SB_AWAIT(sb::sleep(1ms)); // it has begun, whoever goes first
                frames.reset();
            } SB_END_WITH
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct counted {
    int value;
    test::live alive{};
};
sb::task_local<counted> const carried;

struct sees_carried {
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        CHECK(carried.get(co).value == 1);
        carried.set(co, counted{2});
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own TL2, own TL3, own TL4: values that tasks inherit, in all ways of starting one", faults::may_report) {
    std::optional<sb::bound_value> bound{};
    std::optional<sb::task_group> group{};
    sb::future<void> started{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        co.set_name("the outer one, whose name is long enough to be allocated");
        SB_WITH(bound, carried.bind(co, counted{1})) {
            started = co.start(sees_carried{});
            started.set_name("the inner one, whose name is long enough to be allocated");
            co.start_detached(sees_carried{});
            SB_AWAIT(sb::run_in_parallel(sees_carried{}, sees_carried{}));
            SB_ASYNC_WITH(group, sb::task_group{}) {
                group->start(sees_carried{});
                SB_AWAIT(sees_carried{});
            } SB_END_WITH
        } SB_END_WITH
        CHECK(carried.find(co) == nullptr);
        SB_AWAIT(started);
        SB_END();
    }
};
