// docs/porting/state-machines.md: the same door as a state machine, as a generator, and as a task.
#include <switchback/generator.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

namespace sb = switchback;
using namespace std::chrono_literals;

// What the door sees and does.
struct doorway {
    bool button = false;  // somebody wants in
    bool blocked = false; // somebody stands in it
    int position = 0;     // 0: shut, 3: open
};

namespace before {

// quoted: before
class door {
public:
    explicit door(doorway& at) : at_(at) {}

    void tick() { // every frame
        switch (state_) {
        case state::shut:
            if (at_.button) state_ = state::opening;
            break;
        case state::opening:
            if (++at_.position == 3) {
                state_ = state::open;
                frames_ = 5;
            }
            break;
        case state::open:
            if (--frames_ == 0) state_ = state::closing;
            break;
        case state::closing:
            if (at_.blocked) {
                state_ = state::opening;
            } else if (--at_.position == 0) {
                state_ = state::shut;
            }
            break;
        }
    }
    char const* name() const {
        static char const* const names[] = {"shut", "opening", "open", "closing"};
        return names[static_cast<int>(state_)];
    }

private:
    enum class state { shut, opening, open, closing };
    doorway& at_;
    state state_ = state::shut;
    int frames_ = 0;
};
// end of quote

} // namespace before

namespace after {

// quoted: generator
// Each next() is a frame. What it yields is the name of the state, for those who want to show it.
struct door {
    doorway* at;
    int frames = 0;

    sb::step operator()(sb::yields<char const*>& co) {
        SB_BEGIN(co);
        for (;;) {
            while (!at->button) SB_YIELD("shut");
            do {
                SB_YIELD("opening");
                while (++at->position < 3) SB_YIELD("opening");
                for (frames = 5; frames > 0; --frames) SB_YIELD("open");
                SB_YIELD("closing");
                while (!at->blocked && --at->position > 0) SB_YIELD("closing");
            } while (at->blocked);
            SB_YIELD("shut");
        }
        SB_END();
    }
};
// end of quote

// quoted: task
// With a clock of its own: no frame is counted, and nothing runs while nothing happens.
struct timed_door {
    doorway* at;
    sb::future<void> pressed;
    std::vector<std::string>* log;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(pressed);
        do {
            for (; at->position < 3; ++at->position) SB_AWAIT(sb::sleep(100ms));
            log->push_back("open");
            SB_AWAIT(sb::sleep(5s));
            while (!at->blocked && at->position > 0) {
                SB_AWAIT(sb::sleep(100ms));
                --at->position;
            }
        } while (at->blocked);
        log->push_back("shut");
        SB_END();
    }
};
// end of quote

} // namespace after

struct pictures {
    std::vector<std::string> names;
    std::vector<int> positions;
};

// The button in frame 2, somebody in the way in frames 13 to 15, and the button once more.
template <class Frame>
pictures film(doorway& at, Frame frame) {
    pictures taken;
    for (int i = 0; i < 60; ++i) {
        at.button = i == 2 || i == 41;
        at.blocked = i >= 13 && i <= 15;
        taken.names.emplace_back(frame());
        taken.positions.push_back(at.position);
    }
    return taken;
}

} // namespace

TEST_CASE("porting: frame by frame, the generator does what the state machine did") {
    doorway old_one, new_one;
    before::door machine(old_one);
    sb::generator<after::door> generator{after::door{&new_one}};
    auto const was = film(old_one, [&] {
        machine.tick();
        return machine.name();
    });
    auto const is = film(new_one, [&] { return *generator.next(); });
    CHECK(is.names == was.names);
    CHECK(is.positions == was.positions);
    CHECK(std::count(was.names.begin(), was.names.end(), "open") == 15); // it opened three times
}

TEST_CASE("porting: with sleeps, the door is shut after the time that it takes") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    doorway at;
    std::vector<std::string> log;
    auto const before = pump.now();
    scheduler.run(after::timed_door{&at, scheduler.start(sb::sleep(1h)), &log});
    CHECK(log == std::vector<std::string>{"open", "shut"});
    CHECK(pump.now() - before == 1h + 300ms + 5s + 300ms);
    CHECK(at.position == 0);
}
