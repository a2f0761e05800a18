// Once for each frame that the host draws: animations, and whatever must not change in the middle of a picture.
//
//     sb::step operator()(sb::returns<void>& co) {    // a member: sb::display_frame now{};
//         SB_BEGIN(co);
//         while (position < target) {
//             SB_AWAIT_INTO(now, sb::next_display_frame(frames));
//             position += speed * now.since_last;
//         }
//         SB_END();
//     }
//
//     void game::draw() {                             // the host's loop, once a frame
//         frames_.begin_frame();                      // all that wait go on, here
//         renderer_.draw(scene_);
//     }
//
// All tasks that wait for the frame go on before begin_frame() returns, each to where it next waits, in the order in
// which they came, ahead of whatever else is ready: so what they change is in this picture. Whoever waits once more
// has the next one. What they make ready runs in the scheduler's turns, as ever. Where nobody waits, a frame costs
// a comparison; and a host that draws on demand can be told when somebody begins to wait. The seed's WaitForNextFrame.
#pragma once

#include <switchback/detail/await.hpp>
#include <switchback/detail/wait_list.hpp>
#include <switchback/task_scheduler.hpp>

#include <chrono>
#include <cstdint>
#include <functional>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// What a task is told of the frame that it goes on in.
struct display_frame {
    time_point time;                     // as the host has given it
    std::chrono::nanoseconds since_last; // the frame before; zero in the first
    std::uint64_t number;                // of the frames that have begun: the first is 1
};

class display_frames;

// What next_display_frame() makes.
struct [[nodiscard]] waiting_for_frame {
    display_frames* of;
};

// A host's loop of frames: one object for each window or display, on its scheduler's thread. Tasks that wait in
// one that dies fail with sb::destroyed (without exceptions: are cancelled).
class display_frames final : private detail::waitable {
public:
    explicit display_frames(task_scheduler& home) noexcept : display_frames(home, nullptr) {}
    // The function is called when somebody begins to wait and nobody else does, within that task's step: let
    // it ask the host for a frame. It must not throw: std::terminate.
    display_frames(task_scheduler& home, std::function<void()> on_wanted) noexcept
        : home_(detail::home_access::of(home)), on_wanted_(std::move(on_wanted)) {
        home_.hold();
    }
    display_frames(display_frames const&) = delete;
    display_frames& operator=(display_frames const&) = delete;
    ~display_frames();

    // The host's side, once a frame, before it draws: now, on the scheduler's clock, or as the host has it. Where
    // a budget is given and spent, those who have not had their turn are the first in the next frame; one has it
    // always. May be called within a task's step, by a loop that the task has opened. Returns how many still wait
    // for this frame: 0 but for the budget. Throws wrong_thread.
    std::size_t begin_frame(std::chrono::nanoseconds budget = event_pump::endless) {
        home_.check_thread();
        return begin_frame_at(home_.time().now(), budget);
    }
    std::size_t begin_frame_at(time_point time, std::chrono::nanoseconds budget = event_pump::endless);

    // Whether anybody waits for a frame: if not, nothing is to be drawn for the sake of one.
    bool wanted() const noexcept { return !waiting_.empty() || !due_.empty(); }
    // The frame that has begun last; number 0: none.
    display_frame const& last() const noexcept { return last_; }

private:
    friend struct detail::awaiter<waiting_for_frame>;

    struct run;

    void wait(detail::node& waiter) noexcept;
    void abandon(detail::node& waiter) noexcept override;
    bool forward_cancel(detail::node&, detail::cancel_request const&) noexcept override { return false; }

    detail::core& home_;
    std::function<void()> on_wanted_;
    detail::list_head waiting_;
    detail::list_head due_; // in the frame that has begun
    run* runs_ = nullptr;   // calls of begin_frame on the stack
    display_frame last_{};
};

// To be awaited: the next frame. Takes constant time and no memory.
inline waiting_for_frame next_display_frame(display_frames& frames) noexcept { return {&frames}; }

namespace detail {

template <>
struct awaiter<waiting_for_frame> {
    static constexpr bool exists = true;
    using result_type = display_frame;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& frames = *make().of;
        frames.home_.check_thread();
        if (&frames.home_ != self.home) {
            raise<wrong_scheduler>("the frames of another scheduler's display were awaited");
        }
        frames.wait(self);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto const& object = *self.object;
        if (!end_wait(self)) return false;
        sink(static_cast<display_frames const&>(object).last_);
        return true;
    }
};

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
