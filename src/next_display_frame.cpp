#include <switchback/next_display_frame.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// A call of begin_frame: the tasks that it runs may destroy the object, or open a loop that begins another frame.
struct display_frames::run {
    explicit run(display_frames& of_) noexcept : of(of_), outer(std::exchange(of_.runs_, this)) {}
    run(run const&) = delete;
    run& operator=(run const&) = delete;
    ~run() {
        if (!gone) of.runs_ = outer;
    }

    display_frames& of;
    run* outer;
    bool gone = false;
};

display_frames::~display_frames() {
    for (auto* each = runs_; each != nullptr; each = each->outer) each->gone = true;
    due_.splice_back(waiting_);
    while (!due_.empty()) {
        auto& first = static_cast<detail::node&>(due_.pop_front());
        first.object = &detail::gone_object;
        home_.make_ready(first);
    }
    home_.let_go();
}

std::size_t display_frames::begin_frame_at(time_point time, std::chrono::nanoseconds budget) {
    home_.check_thread();
    last_ = {time, last_.number == 0 ? std::chrono::nanoseconds::zero() : time - last_.time, last_.number + 1};
    for (auto* at = waiting_.next; at != &waiting_; at = at->next) {
        static_cast<detail::node*>(at)->state = detail::node_state::ready;
    }
    due_.splice_back(waiting_);
    if (due_.empty()) return 0;
    run const mine(*this);
    home_.run_ahead(due_, budget, mine.gone);
    if (mine.gone) return 0;
    std::size_t left = 0;
    for (auto* at = due_.next; at != &due_; at = at->next) ++left;
    return left;
}

void display_frames::wait(detail::node& waiter) noexcept {
    bool const was_wanted = wanted();
    waiter.object = this;
    waiter.awaits = detail::awaited_kind::object;
    waiter.state = detail::node_state::waiting;
    waiting_.push_back(waiter);
    if (!was_wanted && on_wanted_) on_wanted_();
}

// One that is due has been unlinked.
void display_frames::abandon(detail::node& waiter) noexcept {
    if (waiter.state != detail::node_state::ready) detail::unlink(waiter);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
