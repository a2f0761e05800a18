#include <switchback/detail/async_state.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/escaped_stop.hpp>
#    include <switchback/unhandled.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// ---- Operations

void async_node::settle_in(node& self) {
    if (status_ == generator_status::running) raise<already_running>();
    if (home == nullptr) {
        self.home->adopt_generator(*this);
    } else if (home != self.home && status_ != generator_status::closed) {
        raise<wrong_scheduler>("an async generator was asked by a task of another scheduler");
    }
}

step async_node::advance(node& self) noexcept {
    if (status_ == generator_status::closed) return over_at_once(self);
    auto& of = *home;
    ++references;
    awaiter = &self;
    self.child = this;
    self.awaits = awaited_kind::child;
    self.state = node_state::waiting;
    state = node_state::running;
    if (SB_DETAIL_UNLIKELY(stack_position() < of.stack_floor)) {
        of.to_call = this;
        return step::called;
    }
    auto outcome = type->resume(*this);
    if (SB_DETAIL_UNLIKELY(outcome == step::called)) outcome = of.run_called(*this);
    if (outcome == step::failed || outcome == step::returned) self.state = node_state::running;
    if (SB_DETAIL_UNLIKELY(outcome == step::failed)) {
        self.awaits = awaited_kind::nothing;
        let_go(*this);
    }
    return outcome;
}

step async_node::over_at_once(node& self) noexcept {
    ++references;
    self.child = this;
    self.awaits = awaited_kind::child;
    return step::returned;
}

// The body will not go on from where it stands, and is not told.
void async_node::destroy_frame_now() noexcept {
    if (home == nullptr) {
        type->destroy_frame(*this);
    } else {
        home->destroy_failed_frame(*this); // which may come in the way of an error
    }
    state = node_state::done;
}

#if SB_DETAIL_EXCEPTIONS

step async_node::throw_in(node& self, failure&& what) {
    auto& of = *home;
    of.set_in_flight(static_cast<failure&&>(what));
    if (status_ == generator_status::suspended) of.pass(*this); // which gives it the yield's line
    if (status_ == generator_status::suspended && is_guarded()) {
        push_incoming(of.take_in_flight());
        return advance(self);
    }
    if (status_ != generator_status::closed) {
        convert_stop(of.in_flight);
        destroy_frame_now();
    }
    return step::failed;
}

#endif

step async_node::close(node& self) {
    if (status_ == generator_status::closed) return over_at_once(self);
#if SB_DETAIL_EXCEPTIONS
    if (status_ == generator_status::suspended && is_guarded()) {
        push_incoming(failure{generator_exit_ptr()});
        is_closing_ = true;
        return advance(self);
    }
#endif
    destroy_frame_now();
    return over_at_once(self);
}

// ---- Its own runner

// It was let go of, or its scheduler goes: what it sees at the yield is that it is to end.
bool async_node::leave_by_exit() noexcept {
#if SB_DETAIL_EXCEPTIONS
    static_cast<void>(home->take_request(*this));
    try {
        push_incoming(failure{generator_exit_ptr()});
        is_closing_ = true;
        return true;
    } catch (...) { // no memory, not even the one that is set aside
    }
#endif
    destroy_frame_now();
    return false;
}

step async_node::end_unusual_step(step outcome) noexcept {
    switch (outcome) {
#if SB_DETAIL_EXCEPTIONS
    case step::yielded: // while it was to be closed
        status_ = generator_status::suspended;
        state = node_state::created;
        is_closing_ = false;
        home->set_in_flight({std::make_exception_ptr(ignored_exit{})});
        home->pass(*this);
        if (is(is_root)) destroy_frame_now(); // nobody could go on with it
        return step::failed;
#endif
    case step::returned: type->destroy_frame(*this); break;
    case step::failed:
        home->destroy_failed_frame(*this);
#if SB_DETAIL_EXCEPTIONS
        if (!is_closing_ || match<generator_exit>(home->in_flight.error) == nullptr) return outcome;
        discard(home->in_flight);
        break;
#else
        return outcome;
#endif
    default: return outcome; // it waits
    }
    state = node_state::done;
    return step::returned;
}

// ---- Those who have it

void async_node::let_go(node& n) noexcept {
    auto& self = static_cast<async_node&>(static_cast<task_state&>(n));
    if (SB_DETAIL_UNLIKELY(self.is(is_root))) {
        if (self.references == 0) {
            self.free_(self); // its scheduler has seen to the rest
        } else {
            self.home->release(self);
        }
        return;
    }
#if SB_DETAIL_EXCEPTIONS
    if (self.home != nullptr && !is_empty(self.home->in_flight)) convert_stop(self.home->in_flight);
#endif
    if (--self.references != 0) return;
#if SB_DEBUG_CHECKS
    if (self.home != nullptr && !self.home->is_own_thread()) {
        give_up("an async generator was dropped on a thread that is not its scheduler's");
    }
#endif
    if (self.status_ == generator_status::suspended && self.is_guarded() && self.home->lets_clean_up()) {
        self.home->release_generator(self);
    } else {
        self.reap();
    }
}

namespace {

// Those whose last holder has gone, chained by `awaiter`: a frame that dies may be the last holder of others.
SB_DETAIL_THREAD_LOCAL node* first_to_reap = nullptr;
SB_DETAIL_THREAD_LOCAL bool is_reaping = false;

} // namespace

void async_node::reap() noexcept {
    awaiter = std::exchange(first_to_reap, this);
    if (std::exchange(is_reaping, true)) return;
    while (first_to_reap != nullptr) {
        auto& gone = static_cast<async_node&>(static_cast<task_state&>(*first_to_reap));
        first_to_reap = std::exchange(gone.awaiter, nullptr);
        if (gone.status_ != generator_status::closed) gone.destroy_frame_now();
        if (gone.home != nullptr) gone.home->forget_generator(gone);
        gone.free_(gone);
    }
    is_reaping = false;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
