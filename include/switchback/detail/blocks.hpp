// What happens at the seams of a try: SB_TRY, its handlers, SB_ELSE, SB_FINALLY, SB_END_TRY.
//
// All blocks of a try lie in one C++ try block, within a loop:
//
//     for (begin_try; try_goes_on; try_continued)
//         try {
//             if (enters_try)   { switch (label) { case 0: …the body of the try…  } end_block }
//             if (enters_catch) { switch (label) { case 0: …a handler…            } end_block }
//             …
//                               { switch (label) { case 0: …the finally…          } end_block }
//             end_turn
//         } catch (...) { caught }
//     leave_try
//
// Each turn of the loop runs the blocks that its phase asks for. A resumption tries the blocks in
// turn, until one has the label.
#pragma once

#include <switchback/detail/activation.hpp>
#include <switchback/detail/match.hpp>

#include <exception>
#include <type_traits>

namespace switchback {
inline namespace v0 {
namespace detail {

template <class S>
SB_DETAIL_INLINE void begin_try(activation& now) {
    now.phases[S::depth] = phase::entering;
    if (now.target == 0) {
        now.phases[S::depth] = phase::trying;
    } else if (S::pick(now.target) == static_cast<label>(handlers_mark)) {
        now.target = 0;
        now.phases[S::depth] = phase::handling;
    } else if (S::pick(now.target) == static_cast<label>(finally_mark)) {
        now.target = 0;
        now.phases[S::depth] = phase::finally;
    }
}

template <class S>
SB_DETAIL_INLINE bool try_goes_on(activation& now) {
    now.turn_ended = false;
    return now.phases[S::depth] != phase::over;
}

// The loop's increment. A user's `continue` comes here from the middle of a turn.
template <class S>
SB_DETAIL_INLINE void try_continued(activation& now, control& body) {
    if (now.turn_ended) return;
    auto& at = now.phases[S::depth];
    at = at == phase::finally ? phase::over : phase::finally;
    body.drop(S::depth);
    now.set_exit(S::depth, exit::continuing);
}

template <class S>
SB_DETAIL_INLINE bool enters_try(activation const& now) {
    return now.target != 0 || now.phases[S::depth] == phase::trying;
}

template <class S>
SB_DETAIL_INLINE bool enters_else(activation const& now) {
    return now.target != 0 || now.phases[S::depth] == phase::otherwise;
}

// The parameter of `void(T const& name)`: what SB_CATCH was given is the declaration of a parameter.
template <class Declaration>
struct caught_by;
template <class T>
struct caught_by<void(T)> {
    using reference = T;
    using type = std::remove_cv_t<std::remove_reference_t<T>>;
    static_assert(std::is_lvalue_reference_v<T> && std::is_const_v<std::remove_reference_t<T>>,
        "SB_CATCH takes a named reference to const: SB_CATCH(std::exception const& error)");
    static_assert(!std::is_pointer_v<type>, "SB_CATCH: catch objects, not pointers");
};

// The exception, if this handler is to run or to be gone back into; else null.
template <class S, class Declaration>
auto enters_catch(activation& now, control& body, int line) ->
    typename caught_by<Declaration>::type const* {
    using type = typename caught_by<Declaration>::type;
    record* found = nullptr;
    if (now.target != 0) {
        found = body.find_record(S::depth);
        if (found != nullptr && found->handler != line) return nullptr;
    } else if (now.phases[S::depth] == phase::handling) {
        found = body.record_at(S::depth);
        if (found->handler != 0) return nullptr;
        found->object = match<type>(found->what.error);
        if (found->object == nullptr) return nullptr;
        found->handler = line;
    }
    return found == nullptr ? nullptr : static_cast<type const*>(found->object);
}

template <class S>
bool enters_catch_all(activation& now, control& body, int line) {
    if (now.target != 0) {
        auto* const handled = body.find_record(S::depth);
        return handled != nullptr && handled->handler == line;
    }
    if (now.phases[S::depth] != phase::handling) return false;
    auto* const found = body.record_at(S::depth);
    if (found->handler != 0) return false;
    found->handler = line;
    return true;
}

// SB_CATCH_ERRORS: everything but the two that end a body from outside.
template <class S>
bool enters_catch_errors(activation& now, control& body, int line) {
    if (now.target == 0 && now.phases[S::depth] == phase::handling) {
        auto const& error = body.record_at(S::depth)->what.error;
        if (match<generator_exit>(error) != nullptr || match<cancelled>(error) != nullptr) {
            return false;
        }
    }
    return enters_catch_all<S>(now, body, line);
}

// Behind each block's switch: how was it left, and what comes next?
template <class S>
SB_DETAIL_INLINE void end_block(activation& now, control& body) {
    if (now.target != 0) return; // not entered: the resume point lies in a later block
    auto& at = now.phases[S::depth];
    if (now.block_ended) {
        now.block_ended = false;
        if constexpr (S::kind == block::trying) at = phase::otherwise;
        if constexpr (S::kind == block::otherwise) at = phase::finally;
        if constexpr (S::kind == block::finally) at = phase::over;
        if constexpr (S::kind == block::handling) {
            body.drop(S::depth);
            at = phase::finally;
        }
    } else { // a break
        body.drop(S::depth);
        now.set_exit(S::depth, exit::breaking);
        at = S::kind == block::finally ? phase::over : phase::finally;
    }
}

template <class S>
SB_DETAIL_INLINE void end_turn(activation& now) {
    now.turn_ended = true;
    now.phases[S::depth] = phase::over;
}

// An exception thrown by the user's code came out of one of the blocks.
template <class S>
SB_DETAIL_COLD void caught(activation& now, control& body) {
    body.push(failure{std::current_exception()}, S::depth);
    now.clear_exits_within(S::depth - 1);
    auto& at = now.phases[S::depth];
    at = at == phase::trying ? phase::handling : at == phase::finally ? phase::over : phase::finally;
    now.target = 0;
    now.block_ended = false;
    now.turn_ended = true;
}

// Behind the try: what is still to be done?
template <class S>
SB_DETAIL_INLINE exit leave_try(activation& now, control const& body) {
    auto const how = now.exit_at(S::depth);
    if (how != exit::none) {
        now.set_exit(S::depth, exit::none);
        return how;
    }
    return body.record_at(S::depth) != nullptr ? exit::raising : exit::none;
}

template <class S, class Body>
step leave_body_from_try(activation& now, Body& body, exit how) {
    if (how == exit::returning) return return_from<typename S::outer>(now, body);
    return raise_from<typename S::outer>(now, body, body.take());
}

// The exception that a bare raise means here: the innermost one that is being handled, or that waits
// for a finally to end (Python: sys.exc_info).
template <class S>
record* handled_record(control const& body) {
    for (int level = S::depth; level > 0; --level) {
        auto const kind = S::block_at(level);
        if (kind == block::handling || kind == block::finally) {
            if (auto* const found = body.find_record(level)) return found;
        }
    }
    return nullptr;
}

[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_to_raise() { throw nothing_to_raise{}; }

template <class S, class Body>
step raise_again(activation& now, Body& body) {
    auto const* const handled = handled_record<S>(body);
    if (handled == nullptr) throw_nothing_to_raise();
    return raise_from<S>(now, body, copy(handled->what));
}

} // namespace detail
} // namespace v0
} // namespace switchback
