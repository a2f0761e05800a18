// Tasks that belong to objects, in files that are compiled with -fno-exceptions -fno-rtti, and so is the library.
#define DOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS
#include "misuse.hpp"

#include <switchback/active_object.hpp>
#include <switchback/named_task_collection.hpp>
#include <switchback/next_display_frame.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_local.hpp>
#include <switchback/task_owner.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct fixture {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
};

struct after_seconds {
    int value;
    std::shared_ptr<int> alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::seconds(value)));
        SB_RETURN(value);
        SB_END();
    }
};

sb::task_local<int> const number{0};

struct sees_number {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(number.get(co));
        SB_END();
    }
};

} // namespace

TEST_CASE("without exceptions: an owner's tasks end with it, or when it is closed") {
    fixture f;
    auto const alive = std::make_shared<int>(0);
    std::optional<sb::task_owner> owner(f.scheduler);
    auto const task = owner->start(after_seconds{5, alive});
    f.pump.run_ready();
    owner.reset();
    CHECK(task.cancelled());
    CHECK(alive.use_count() == 1);

    owner.emplace(f.scheduler);
    owner->start(after_seconds{5, alive});
    auto const closing = f.scheduler.start(owner->close());
    f.pump.run_ready();
    CHECK(closing.ready());
    CHECK(alive.use_count() == 1);

}

TEST_CASE("without exceptions: a name's task is replaced, or ends before the new one begins") {
    fixture f;
    sb::named_task_collection tasks(f.scheduler);
    auto const a = tasks.start("a", after_seconds{5});
    f.pump.run_ready();
    auto const b = tasks.start("a", after_seconds{4});
    CHECK(a.cancelled());
    f.pump.run_ready();
    auto const c = tasks.start("a", after_seconds{3}, sb::if_taken::replace_when_ended);
    f.pump.advance(3s);
    CHECK(b.cancelled());
    CHECK(c.get() == 3);
    CHECK(tasks.empty());
}

TEST_CASE("without exceptions: calls run one at a time, and leave the queue where they are cancelled") {
    fixture f;
    std::optional<sb::active_object> object(f.scheduler);
    auto const a = object->call(after_seconds{1});
    auto const b = object->call(after_seconds{2});
    auto const c = object->call(after_seconds{3});
    f.pump.advance(1s);
    CHECK(a.get() == 1);
    b.cancel();
    f.pump.advance(2s);
    CHECK(b.cancelled());
    CHECK_FALSE(c.ready());
    f.pump.advance(1s);
    CHECK(c.get() == 3);
    auto const d = object->call(after_seconds{1});
    object.reset();
    CHECK(d.cancelled());
}

TEST_CASE("without exceptions: who waits for a frame of what dies is cancelled") {
    fixture f;
    std::optional<sb::display_frames> frames(f.scheduler);
    auto const task = f.scheduler.start([&, now = sb::display_frame()](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        SB_AWAIT_INTO(now, sb::next_display_frame(*frames));
        SB_AWAIT_INTO(now, sb::next_display_frame(*frames));
        SB_RETURN(1);
        SB_END();
    });
    f.pump.run_ready();
    frames->begin_frame();
    CHECK_FALSE(task.ready());
    frames.reset();
    f.pump.run_ready();
    CHECK(task.cancelled());
}

TEST_CASE("without exceptions: a task that is started inherits what its starter has") {
    fixture f;
    auto const task = f.scheduler.start([inner = sb::future<int>(), got = 0](sb::returns<int>& co) mutable {
        SB_BEGIN(co);
        co.set_name("outer");
        number.set(co, 7);
        inner = co.start(sees_number{});
        number.set(co, 8);
        SB_AWAIT_INTO(got, inner);
        SB_RETURN(got);
        SB_END();
    });
    f.pump.run_ready();
    CHECK(task.get() == 7);
}
