// What one activation of a body, from resumption to suspension, keeps on the C++ stack. Every index
// into it is a constant, and its address is handed to nothing that is not inlined, so that it
// dissolves into registers.
#pragma once

#include <switchback/detail/control.hpp>
#include <switchback/detail/scope.hpp>
#include <switchback/generator_errors.hpp>
#include <switchback/step.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// How far a try has come in this activation.
enum class phase : unsigned char { trying, elsewhere, handling, otherwise, at_the_end, over };

// How a block of a try was left. Said in so many words on each way, for optimisers to follow.
enum class way_out : unsigned char { by_break, at_its_end, not_entered };

struct activation {
    explicit activation(path_t path)
        : target(path), arriving(path & thrown_in), exits(path) {}
    activation(activation const&) = delete;
    activation& operator=(activation const&) = delete;

    // Paths as they came: what is read of them is masked where it is read, which resumptions seldom do.
    path_t target;          // the labels still to be jumped to; 0 once the body is where it was
    path_t arriving;        // thrown_in, if an exception waits at the resume point
    path_t exits;           // how tries are to be left after their finally, where a path has it
    way_out block_left = way_out::by_break;
    bool turn_threw = false; // an exception has ended a try's turn; otherwise a continue did
    phase phases[levels];

    exit exit_at(int level) const { return static_cast<exit>(exits >> exit_shift_of(level) & 3); }
    void set_exit(int level, exit how) {
        exits = (exits & ~(path_t(3) << exit_shift_of(level))) | path_t(how) << exit_shift_of(level);
    }
    void clear_exits_within(int level) { // those of the tries inside it: they have been left
        exits &= (path_t(1) << exit_shift_of(level + 1)) - 1;
    }
    path_t path_bits() const { return exits & exits_mask; }
};

// Control is in this block, by falling into it or by a jump: its try is told.
template <class S>
SB_DETAIL_INLINE void arrive(activation& now) {
    if constexpr (is_first_block(S::kind)) now.phases[S::depth] = phase::trying;
    if constexpr (S::kind == block::handling) now.phases[S::depth] = phase::handling;
    if constexpr (S::kind == block::otherwise) now.phases[S::depth] = phase::otherwise;
    if constexpr (S::kind == block::at_the_end) now.phases[S::depth] = phase::at_the_end;
}

// Control has jumped to its resume point. (Only a finally block has an exit of its try waiting.)
template <class S>
SB_DETAIL_INLINE void land(activation& now) {
    now.target = 0;
    if constexpr (!S::in_finally) now.exits = 0;
    arrive<S>(now);
}

// The path of a resume point, with what the tries around it have pending.
template <class S>
SB_DETAIL_INLINE path_t path_at(activation const& now, int line) {
    if constexpr (S::in_finally) {
        return S::at(line) | now.path_bits();
    } else {
        return S::at(line);
    }
}

// An exception goes, without a C++ throw, to the try at level `guard`, by way of `to`; out of the body
// if that is 0.
template <class Body>
SB_DETAIL_COLD step raise_to(Body& body, failure&& what, int guard, path_t to) {
    body.note_context(what, guard);
    if (guard == 0) {
        body.fail(std::move(what));
        return step::failed;
    }
    if constexpr (Body::is_generator) {
        body.push(std::move(what), guard);
    } else {
        body.push_in_task(std::move(what), guard);
    }
    body.path = to;
    return step::again;
}

// The way from scope S to the try that guards it. The tries inside it have been left.
template <class S>
SB_DETAIL_INLINE path_t way_of_error(activation& now) {
    if constexpr (S::guard == 0) {
        return 0;
    } else {
        now.clear_exits_within(S::guard - 1);
        return S::to_error | now.path_bits();
    }
}

template <class S, class Body>
SB_DETAIL_INLINE step raise_from(activation& now, Body& body, failure&& what) {
    if constexpr (S::guard == 0) {
        body.note_context(what, 0);
        body.fail(std::move(what));
        return step::failed;
    } else {
        return raise_to(body, std::move(what), S::guard, way_of_error<S>(now));
    }
}
// The same, of the exception that the body has on top.
template <class S, class Body>
SB_DETAIL_INLINE step raise_taken_from(activation& now, Body& body) {
    if constexpr (S::guard != 0) {
        body.reroute(S::guard);
        body.path = way_of_error<S>(now);
        return step::again;
    } else {
        if constexpr (Body::is_generator) {
            body.reroute(0); // whoever runs it takes it from there
        } else {
            body.fail_with_top(); // a task takes it along itself
        }
        return step::failed;
    }
}

// SB_RETURN in scope S, its value being stored: through the finally blocks that enclose it.
template <class S>
SB_DETAIL_INLINE step return_from(activation& now, control& body) {
    if constexpr (S::guard == 0) {
        if constexpr (S::depth != 0) body.drop(0);
        return step::returned;
    } else {
        body.drop(S::guard);
        now.clear_exits_within(S::guard);
        now.set_exit(S::guard, exit::returning);
        body.path = S::to_finally | now.path_bits();
        return step::again;
    }
}

// Before SB_RETURN in scope S: if a finally around it runs because of an earlier return, that one's
// value is kept, for the case that this return comes to nothing (by a break in a finally, say).
template <class S, class Body>
SB_DETAIL_INLINE void keep_earlier_return(activation const& now, Body& body) {
    if constexpr (S::guard != 0 && S::in_finally) { // so not without exceptions
        for (int level = S::guard - 1; level > 0; --level) {
            if (S::block_at(level) == block::at_the_end && now.exit_at(level) == exit::returning) {
                if (!body.has_kept(level)) body.keep_returned(level);
                return;
            }
        }
    }
}

// The body's own loop was continued or broken: there is nothing around it to go on with.
[[noreturn]] SB_DETAIL_COLD inline void throw_stray_exit() { raise<stray_exit>(); }

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
