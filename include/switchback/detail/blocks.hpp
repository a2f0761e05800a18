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
//             break
//         } catch (...) { caught }
//     leave_try
//
// Each turn of the loop runs the blocks that its phase asks for. A resumption tries the blocks in
// turn, until one has the label.
//
// Only an exception or a user's `continue` leads back to the beginning of the loop: where there can be
// neither, it is no loop to the optimiser, and what resumes at a yield in a try is found at compile
// time.
#pragma once

#include <switchback/detail/activation.hpp>
#include <switchback/detail/match.hpp>

#include <exception>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

template <class S>
SB_DETAIL_INLINE void begin_try(activation& now) {
    now.phases[S::depth] = phase::trying;
}

template <class S>
SB_DETAIL_INLINE bool try_goes_on(activation& now) {
    return now.phases[S::depth] != phase::over;
}

// The loop's increment. A user's `continue` comes here from the middle of a turn.
template <class S>
SB_DETAIL_INLINE void try_continued(activation& now, control& body) {
    if (now.turn_threw) {
        now.turn_threw = false;
        return;
    }
    auto& at = now.phases[S::depth];
    at = at == phase::at_the_end ? phase::over : phase::at_the_end;
    body.drop(S::depth);
    now.set_exit(S::depth, exit::continuing);
}

template <class S>
SB_DETAIL_INLINE bool enters_try(activation const& now) {
    return now.phases[S::depth] == phase::trying;
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

// Goes back into a handler, or finds out whether the exception is for it. The exception as the
// handler's type sees it, or null.
template <class T>
SB_DETAIL_COLD T const* enter_handler(record* records, int level, int line, bool resuming) {
    auto* const found = find_in(records, level);
    if (found == nullptr || (found->handler != 0 && found->handler != line)) return nullptr;
    if (!resuming && found->handler == 0) {
        found->object = match<T>(found->what.error);
        if (found->object != nullptr) found->handler = line;
    }
    return found->handler == line ? static_cast<T const*>(found->object) : nullptr;
}

// The same, for handlers of every type, or of every error.
SB_DETAIL_COLD inline bool enter_untyped_handler(
    record* records, int level, int line, bool resuming, bool errors_only) {
    auto* const found = find_in(records, level);
    if (found == nullptr || (found->handler != 0 && found->handler != line)) return false;
    if (!resuming && found->handler == 0) {
        auto const& error = found->what.error;
        if (errors_only &&
            (match<generator_exit>(error) != nullptr || match<cancelled>(error) != nullptr)) {
            return false;
        }
        found->handler = line;
    }
    return found->handler == line;
}

// Whether a handler may be what is to run next.
template <class S>
SB_DETAIL_INLINE bool looks_for_handler(activation const& now) {
    return now.target != 0 || now.phases[S::depth] == phase::handling;
}

template <class S, class Declaration>
SB_DETAIL_INLINE auto enters_catch(activation const& now, control const& body, int line) ->
    typename caught_by<Declaration>::type const* {
    if (!looks_for_handler<S>(now)) return nullptr;
    return enter_handler<typename caught_by<Declaration>::type>(
        body.records(), S::depth, line, now.target != 0);
}
template <class S>
SB_DETAIL_INLINE bool enters_catch_all(activation const& now, control const& body, int line) {
    return looks_for_handler<S>(now) &&
           enter_untyped_handler(body.records(), S::depth, line, now.target != 0, false);
}
// SB_CATCH_ERRORS: everything but the two that end a body from outside.
template <class S>
SB_DETAIL_INLINE bool enters_catch_errors(activation const& now, control const& body, int line) {
    return looks_for_handler<S>(now) &&
           enter_untyped_handler(body.records(), S::depth, line, now.target != 0, true);
}

// In each block's switch: it has no such label. Behind the body of the try, the first to be asked, it
// turns out where a resumption is going.
template <class S>
SB_DETAIL_INLINE void pass_by(activation& now) {
    now.block_left = way_out::not_entered;
    if constexpr (is_first_block(S::kind)) {
        auto const way = S::pick(now.target);
        if (way >= S::label_of(handlers_mark)) {
            now.target = 0;
            now.phases[S::depth] =
                way == S::label_of(handlers_mark) ? phase::handling : phase::at_the_end;
        } else {
            now.phases[S::depth] = phase::elsewhere;
        }
    }
}

// Behind each block's switch: how was it left, and what comes next?
template <class S>
SB_DETAIL_INLINE void end_block(activation& now, control& body) {
    if (now.block_left == way_out::not_entered) return; // the resume point lies in a later block
    auto& at = now.phases[S::depth];
    if (now.block_left == way_out::at_its_end) {
        if constexpr (is_first_block(S::kind)) at = phase::otherwise;
        if constexpr (S::kind == block::otherwise) at = phase::at_the_end;
        if constexpr (S::kind == block::at_the_end) at = phase::over;
        if constexpr (S::kind == block::handling) {
            body.drop(S::depth);
            at = phase::at_the_end;
        }
    } else { // a break
        body.drop(S::depth);
        now.set_exit(S::depth, exit::breaking);
        at = S::kind == block::at_the_end ? phase::over : phase::at_the_end;
    }
}

// An exception thrown by the user's code came out of one of the blocks.
template <class S, class Body>
SB_DETAIL_INLINE void caught(activation& now, Body& body) {
    body.push_caught(S::depth);
    now.clear_exits_within(S::depth - 1);
    auto& at = now.phases[S::depth];
    at = at == phase::trying ? phase::handling : at == phase::at_the_end ? phase::over : phase::at_the_end;
    now.target = 0;
    now.turn_threw = true;
}

// Behind the try: what is still to be done?
template <class S>
SB_DETAIL_INLINE exit leave_try(activation& now, control const& body) {
    now.block_left = way_out::by_break; // of the block around it, where that is what comes next
    auto const how = now.exit_at(S::depth);
    if (how != exit::none) {
        now.set_exit(S::depth, exit::none);
        return how;
    }
    return body.record_at(S::depth) != nullptr ? exit::raising : exit::none;
}

template <class S, class Body>
SB_DETAIL_INLINE step leave_body_from_try(activation& now, Body& body, exit how) {
    if (how == exit::returning) {
        if (SB_DETAIL_UNLIKELY(body.has_kept(S::depth))) {
            body.restore_returned(S::depth);
            body.drop(S::depth);
        }
        return return_from<typename S::outer>(now, body);
    }
    return raise_taken_from<typename S::outer>(now, body);
}

// The exception that a bare raise means here: the innermost one that is being handled, or that waits
// for a finally to end (Python: sys.exc_info).
template <class S>
record* handled_record(control const& body) {
    for (int level = S::depth; level > 0; --level) {
        auto const kind = S::block_at(level);
        if (kind == block::handling || kind == block::at_the_end) {
            if (auto* const found = body.find_record(level)) return found;
        }
    }
    return nullptr;
}

[[noreturn]] SB_DETAIL_COLD inline void throw_nothing_to_raise() { raise<nothing_to_raise>(); }

template <class S, class Body>
SB_DETAIL_INLINE step raise_again(activation& now, Body& body) {
    auto const* const handled = handled_record<S>(body);
    if (handled == nullptr) throw_nothing_to_raise();
    return raise_from<S>(now, body, copy(handled->what));
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
