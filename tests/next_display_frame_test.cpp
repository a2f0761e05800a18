// Tasks that go on once for each frame that the host draws.
#include <switchback/next_display_frame.hpp>

#include <switchback/task_scheduler.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::words;
using namespace std::chrono_literals;

namespace {

// Notes each frame that it goes on in.
struct animation {
    sb::display_frames* frames;
    words* log;
    std::string name;
    int left = 1000;
    sb::display_frame now{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (; left > 0; --left) {
            SB_AWAIT_INTO(now, sb::next_display_frame(*frames));
            log->push_back(name + std::to_string(now.number));
        }
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own NF1: all that wait go on before begin_frame returns, in their order, once a frame") {
    sb::display_frames frames(scheduler);
    auto const a = scheduler.start(animation{&frames, &log, "a"});
    auto const b = scheduler.start(animation{&frames, &log, "b", 2});
    pump.run_ready();
    CHECK(log.empty());
    CHECK(frames.wanted());
    CHECK(frames.begin_frame() == 0);
    CHECK(log == words{"a1", "b1"});
    pump.run_ready();
    CHECK(log.size() == 2); // nothing runs between frames
    frames.begin_frame();
    frames.begin_frame();
    CHECK(log == words{"a1", "b1", "a2", "b2", "a3"});
    CHECK(b.ready());
    CHECK(frames.last().number == 3);
}

TEST_CASE_FIXTURE(fixture, "imvu T12, own NF1: ahead of what is ready, and what they make ready runs in the scheduler's turns") {
    sb::display_frames frames(scheduler);
    auto const a = scheduler.start(animation{&frames, &log, "a", 1});
    pump.run_ready();
    a.on_ready([&](auto&&) { log.push_back("a has ended"); });
    scheduler.post([&] { log.push_back("posted"); });
    frames.begin_frame();
    CHECK(log == words{"a1"});
    pump.run_ready();
    CHECK(log == words{"a1", "posted", "a has ended"});
}

TEST_CASE_FIXTURE(fixture, "own NF2: a task is told the frame's time, what has passed since the last, and its number") {
    sb::display_frames frames(scheduler);
    std::vector<sb::display_frame> seen;
    auto const task = scheduler.start([&, now = sb::display_frame()](sb::returns<void>& co) mutable {
        SB_BEGIN(co);
        for (;;) {
            SB_AWAIT_INTO(now, sb::next_display_frame(frames));
            seen.push_back(now);
        }
        SB_END();
    });
    pump.run_ready();
    frames.begin_frame();
    pump.advance(16ms);
    frames.begin_frame();
    frames.begin_frame_at(pump.now() + 5ms); // when the picture will be seen, say
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].since_last == 0ns);
    CHECK(seen[1].time == pump.now());
    CHECK(seen[1].since_last == 16ms);
    CHECK(seen[2].since_last == 5ms);
    CHECK(seen[2].number == 3);
}

TEST_CASE_FIXTURE(fixture, "own NF3: when the budget is spent the others are the first in the next frame") {
    sb::display_frames frames(scheduler);
    struct slow {
        sb::testing::virtual_pump* pump;
        animation notes;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_AWAIT_INTO(notes.now, sb::next_display_frame(*notes.frames));
                notes.log->push_back(notes.name + std::to_string(notes.now.number));
                pump->advance(3ms); // the work of it
            }
            SB_END();
        }
    };
    std::vector<sb::future<void>> tasks;
    for (auto* const name : {"a", "b", "c"}) tasks.push_back(scheduler.start(slow{&pump, {&frames, &log, name}}));
    pump.run_ready();
    CHECK(frames.begin_frame(5ms) == 1);
    CHECK(log == words{"a1", "b1"});
    CHECK(frames.wanted());
    tasks[0].reset();
    CHECK(frames.begin_frame(5ms) == 0);
    CHECK(log == words{"a1", "b1", "c2", "b2"});
    CHECK(frames.begin_frame(0ns) == 1); // one always
    CHECK(log.back() == "c3");
}

TEST_CASE_FIXTURE(fixture, "imvu T10, own NF4: where nobody waits nothing runs; a host that draws on demand is told when somebody does") {
    int asked = 0;
    sb::display_frames frames(scheduler, [&] { ++asked; });
    auto const turns = pump.turns();
    frames.begin_frame();
    frames.begin_frame();
    CHECK(pump.turns() == turns);
    CHECK_FALSE(frames.wanted());
    CHECK(asked == 0);
    auto const a = scheduler.start(animation{&frames, &log, "a", 2});
    auto const b = scheduler.start(animation{&frames, &log, "b", 1});
    pump.run_ready();
    CHECK(asked == 1);
    frames.begin_frame();
    CHECK(asked == 1); // b was still to come as a began to wait again
    CHECK(frames.wanted());
    frames.begin_frame();
    CHECK_FALSE(frames.wanted());
    auto const c = scheduler.start(animation{&frames, &log, "c", 1});
    pump.run_ready();
    CHECK(asked == 2);
}

TEST_CASE_FIXTURE(fixture, "own NF5: who is cancelled or released while it waits has no frame, in the frame itself, too") {
    sb::display_frames frames(scheduler);
    auto a = scheduler.start(animation{&frames, &log, "a"});
    auto const b = scheduler.start(animation{&frames, &log, "b"});
    sb::future<void> d;
    auto const c = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::next_display_frame(frames));
        d.cancel();
        SB_END();
    });
    d = scheduler.start(animation{&frames, &log, "d"});
    auto e = scheduler.start(animation{&frames, &log, "e"});
    pump.run_ready();
    a.reset();
    b.cancel();
    frames.begin_frame();
    CHECK(log == words{"e1"});
    pump.run_ready();
    CHECK(b.cancelled());
    CHECK(d.cancelled());
    CHECK(c.ready());
    e.reset();
    CHECK_FALSE(frames.wanted());
}

TEST_CASE_FIXTURE(fixture, "own NF6: those who wait in what dies fail with destroyed; a task may destroy it in a frame") {
    auto frames = std::make_unique<sb::display_frames>(scheduler);
    auto const a = scheduler.start(animation{frames.get(), &log, "a", 1});
    auto const ending = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::next_display_frame(*frames));
        frames.reset();
        SB_AWAIT(sb::yield_now());
        SB_END();
    });
    auto const b = scheduler.start(animation{frames.get(), &log, "b"});
    pump.run_ready();
    frames->begin_frame();
    CHECK(log == words{"a1"});
    CHECK_FALSE(b.ready());
    pump.run_ready();
    CHECK_THROWS_AS(b.get(), sb::destroyed);
    CHECK(ending.ready());

    auto const other = std::make_unique<sb::display_frames>(scheduler);
    auto const cut_off = scheduler.start(animation{other.get(), &log, "c"});
}

TEST_CASE_FIXTURE(fixture, "own NF6: a loop that a task opens in a frame may draw frames of its own") {
    sb::display_frames frames(scheduler);
    auto const a = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::next_display_frame(frames));
        log.push_back("a modal dialog");
        frames.begin_frame();
        frames.begin_frame();
        log.push_back("closed");
        SB_END();
    });
    auto const b = scheduler.start(animation{&frames, &log, "b"});
    pump.run_ready();
    frames.begin_frame();
    CHECK(log == words{"a modal dialog", "b2", "b3", "closed"});
}

TEST_CASE_FIXTURE(fixture, "own NF6: from another thread: wrong_thread; another scheduler's frames: wrong_scheduler") {
    sb::display_frames frames(scheduler);
    std::thread([&] { CHECK_THROWS_AS(frames.begin_frame(), sb::wrong_thread); }).join();
    sb::testing::virtual_pump other_pump;
    sb::task_scheduler other{other_pump, other_pump};
    CHECK_THROWS_AS(other.run(animation{&frames, &log, "a"}), sb::wrong_scheduler);
}
