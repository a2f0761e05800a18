// Something that is called at a moment of a scheduler's clock: a node like a task's, less the body, that waits
// among the timers. It is no task: nobody counts it, or finds it left.
#pragma once

#include <switchback/detail/core.hpp>
#include <switchback/detail/inbox.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Of the scheduler's thread. It may outlive the scheduler, and is never called then.
class timed_call : public node {
public:
    explicit timed_call(core& of) noexcept : node(&of, type_of_all) { of.hold(); }
    timed_call(timed_call const&) = delete;
    timed_call& operator=(timed_call const&) = delete;

    // Once, from the ready queue, at that moment in the core's count, or soon if it has passed. An earlier one is
    // forgotten.
    void call_at(std::uint64_t moment) noexcept {
        stop();
        if (is_over()) return;
        if (moment <= home->now()) {
            home->make_ready(*this);
        } else {
            home->wait_until(*this, moment);
        }
    }
    void stop() noexcept {
        home->stop_waiting(*this);
        state = node_state::created;
    }

    // The scheduler has closed, and its clock may have gone.
    bool is_over() const noexcept { return home->mail()->is_closed(); }

protected:
    ~timed_call() {
        stop();
        home->let_go();
    }
    virtual void called() noexcept = 0;

private:
    static step resume(node& n) {
        n.awaits = awaited_kind::nothing;
        n.state = node_state::created;
        static_cast<timed_call&>(n).called(); // which may destroy it
        return step::suspended;
    }
    static inline frame_type const type_of_all{
        &timed_call::resume, nullptr, nullptr, nullptr, "time", nullptr, sizeof(node), alignof(node)};
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
