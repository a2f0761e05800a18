// The exceptions that all bodies may meet, and those that generators throw. Those of tasks are in
// <switchback/errors.hpp>, which includes this.
//
// `misuse` is the base of all that a program can only meet by a mistake of its own; each kind of
// mistake has a type, and each type a sentence. The others belong to the normal course of things.
// Where there are no exceptions, a misuse goes to the handler of <switchback/misuse_handler.hpp>.
#pragma once

#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <exception>
#else
#    include <switchback/misuse_handler.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Base of the errors that name a mistake in the calling program. The sentence is a literal: nothing is
// allocated.
#if SB_DETAIL_EXCEPTIONS
struct misuse : std::exception {
    explicit misuse(char const* sentence) noexcept : sentence_(sentence) {}
    char const* what() const noexcept override { return sentence_; }

private:
    char const* sentence_;
};
#else
struct misuse {
    explicit misuse(char const* sentence) noexcept : sentence_(sentence) {}
    char const* what() const noexcept { return sentence_; }

private:
    char const* sentence_;
};
#endif

// A generator was resumed, thrown into or closed by its own body (Python: ValueError, "generator
// already executing").
struct already_running : misuse {
    already_running() : misuse("the generator is already running") {}
};

// A value was sent to a generator that has not come to its first yield (Python: TypeError).
struct not_started : misuse {
    not_started() : misuse("a value was sent to a generator that has not been started") {}
};

// A body took a sent value where next() had sent none, into something that has no room for "none":
// take it into a std::optional.
struct nothing_sent : misuse {
    nothing_sent()
        : misuse("SB_YIELD_INTO: the generator was resumed by next(), so there is no value to take;"
                 " a std::optional target would be empty") {}
};

// A value was sent to a body that delegates to a generator which takes none (Python: AttributeError).
struct cannot_send : misuse {
    cannot_send() : misuse("a value was sent on to a generator that takes none") {}
};

// SB_YIELD_FROM_INTO a target that has no room for "none" from a generator that returned nothing, or
// had ended before: take it into a std::optional.
struct nothing_returned : misuse {
    nothing_returned()
        : misuse("SB_YIELD_FROM_INTO: the generator returned nothing; a std::optional target would be "
                 "empty") {}
};

// A body yielded while it was being closed (Python: RuntimeError, "generator ignored
// GeneratorExit"). The generator stays suspended at that yield.
struct ignored_exit : misuse {
    ignored_exit() : misuse("the generator yielded while it was being closed") {}
};

// A stop_iteration left a generator's body: it would have looked like that generator's own end to
// whoever resumes it by hand (PEP 479; Python: RuntimeError, "generator raised StopIteration"). The
// stop_iteration is this exception's context.
struct escaped_stop : misuse {
    escaped_stop() : misuse("a stop_iteration left the body of a generator") {}
};

// A generator or a frame was moved after its first step: its members may be pointed at.
struct moved_after_start : misuse {
    moved_after_start() : misuse("a frame cannot be moved after its first step") {}
};

// The end of a body was reached that must return a value.
struct missing_return : misuse {
    missing_return() : misuse("a body that returns a value ended without SB_RETURN(value)") {}
};

// A `break` or `continue` stood in a body outside of any loop or switch.
struct stray_exit : misuse {
    stray_exit() : misuse("a break or continue stands in a body outside of any loop or switch") {}
};

// SB_RAISE() in a finally that no exception led to.
struct nothing_to_raise : misuse {
    nothing_to_raise() : misuse("SB_RAISE(): no exception is being handled here") {}
};

// throw_() was given an exception_ptr that holds nothing (Python: TypeError).
struct nothing_thrown : misuse {
    nothing_thrown() : misuse("throw_(): there is no exception in this exception_ptr") {}
};

// Who wanted a task to end: a future's cancel(), a time limit, a group or the like that it runs in, its owner's
// cancel() or close(), the last future's or the owner's going, or its scheduler's end.
enum class cancel_cause : unsigned char { request, timeout, group, owner, release, closing };

namespace detail {
class cancel_scope;
struct cancel_access;
} // namespace detail

// What a suspended task sees, at its await, when it is cancelled. Deliberately no std::exception:
// SB_CATCH_ERRORS and `catch (std::exception const&)` let it pass (Python: CancelledError is a
// BaseException).
class cancelled {
public:
    cancelled() = default; // for a task that ends itself so

    cancel_cause cause() const noexcept { return cause_; }

private:
    friend struct detail::cancel_access;
    cancelled(cancel_cause cause, detail::cancel_scope* scope, unsigned long long number) noexcept
        : scope_(scope), number_(number), cause_(cause) {}

    detail::cancel_scope* scope_ = nullptr; // that asked for it; null: all of the task is meant
    unsigned long long number_ = 0;         // of the scope, which may be gone
    cancel_cause cause_ = cancel_cause::request;
};

// What next_value() throws at the end of a generator. The end as such is no exception here: next() and
// send() tell it by what they return (Python: StopIteration).
#if SB_DETAIL_EXCEPTIONS
struct stop_iteration : std::exception {
    char const* what() const noexcept override { return "the generator has ended"; }
};
#else
struct stop_iteration {
    char const* what() const noexcept { return "the generator has ended"; }
};
#endif

// What a suspended generator sees, at its yield, when it is closed (Python: GeneratorExit).
struct generator_exit {};

namespace detail {

// Throws it, or tells the misuse handler.
template <class Error, class... A>
[[noreturn]] SB_DETAIL_COLD void raise(A... arguments) {
#if SB_DETAIL_EXCEPTIONS
    throw Error(arguments...);
#else
    report_misuse(Error(arguments...).what());
#endif
}

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
