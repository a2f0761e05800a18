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
    } else if (home != self.home) {
        raise<wrong_scheduler>("an async generator was resumed by a task of another scheduler");
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
    if (SB_DETAIL_UNLIKELY(outcome == step::failed)) {
        of.release_node(*this);
        self.awaits = awaited_kind::nothing;
    }
    if (outcome == step::failed || outcome == step::returned) self.state = node_state::running;
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
    if (status_ == generator_status::suspended && is_guarded()) {
        push_incoming(static_cast<failure&&>(what));
        return advance(self);
    }
    if (status_ != generator_status::closed) {
        of.set_in_flight(static_cast<failure&&>(what));
        if (status_ == generator_status::suspended) of.pass(*this);
        convert_stop(of.in_flight);
        destroy_frame_now();
        return step::failed;
    }
    of.set_in_flight(static_cast<failure&&>(what));
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

bool async_node::loses_holder() noexcept {
    if (is(is_root)) return true; // whose last holder was seen to
#if SB_DETAIL_EXCEPTIONS
    if (home != nullptr && !is_empty(home->in_flight)) convert_stop(home->in_flight);
#endif
    if (--references != 0) return false;
    if (status_ == generator_status::suspended && is_guarded() && home->lets_clean_up()) {
        home->release_generator(*this);
        return false;
    }
    if (status_ != generator_status::closed) destroy_frame_now();
    if (home != nullptr) home->forget_generator(*this);
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
