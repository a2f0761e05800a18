// A part of a task that can be cancelled by itself: what time limits and task groups have in common.
//
// A scope is open from its SB_ASYNC_WITH to the end of the block. When it is cancelled, the task gets a
// sb::cancelled at its innermost await, which carries the scope's number, and which the scope takes at its
// end; those of others pass. Scopes within one another have ascending numbers.
//
// It is a node without a frame, so that it can wait for a moment as one does; its step is what happens
// then.
#pragma once

#include <switchback/detail/core.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS

// How a task goes on behind the block: with the exception that left it, without, or with another one,
// which is in flight.
enum class scope_end : std::uint8_t { as_it_was, swallowed, raised };

class cancel_scope : public node {
public:
    cancel_scope() noexcept : node(nullptr, type_of_scopes) {}
    // As long as it is not open.
    cancel_scope(cancel_scope&& other) : cancel_scope() {
        if (other.owner_ != nullptr) raise<moved_after_start>();
    }
    cancel_scope& operator=(cancel_scope&&) = delete;
    ~cancel_scope() { close(); }

    bool is_open() const noexcept { return owner_ != nullptr; }
    // The node in whose body the scope is open.
    node& owner() const {
        if (owner_ == nullptr) raise<scope_closed>();
        home->check_thread();
        return *owner_;
    }

    void open(node& owner) noexcept;
    // Nothing that the scope has asked for comes any more.
    void close() noexcept;

    void cancel(cancel_cause cause) noexcept { home->cancel(*this, cause); }
    // Cancelled at that moment, in place of an earlier one; unless it was cancelled before.
    void cancel_at(std::uint64_t moment, std::uint64_t now) noexcept;
    bool was_cancelled() const noexcept { return was_cancelled_; }
    // Whether its moment has come.
    bool has_expired() const noexcept { return has_expired_; }

    std::uint64_t number() const noexcept { return number_; }
    // Whether the exception that leaves the block is what this scope has asked for.
    bool has_asked_for(failure const& leaving) const noexcept;
    // The request, to leave an outer scope or to end, that is on its way: the exception that leaves the
    // block, or one whose clean-up it has come in the way of; the outermost of them. Null: there is none. (What was delivered
    // before the block began is being dealt with outside of it.)
    failure* outer_request_in(failure& leaving) const noexcept;
    static cancel_request request_of(failure const& outer) noexcept;
    // Whether the block is left because the task is released, or its scheduler goes: then what belongs to
    // it is, too.
    static bool is_release(failure const& leaving) noexcept;
    // That request goes on in the place of the exception that it lies behind.
    static void put_first(failure& leaving, failure& behind) noexcept;

private:
    friend class core;

    enum class asks : std::uint8_t { nothing, later, now };

    static frame_type const type_of_scopes;
    static step moment_has_come(node& n);

    node* owner_ = nullptr;
    node* asked_ = nullptr; // who is to hear it
    std::uint64_t number_ = 0;
    cancel_cause cause_ = cancel_cause::request;
    asks asks_ = asks::nothing; // of its task; in that list of the core's
    bool has_expired_ = false;
    bool was_cancelled_ = false;
};

#else

class cancel_scope : public node { // no block can be left by a cancellation, so that there are none
    friend class core;
    enum class asks : std::uint8_t { nothing, later, now };
    cancel_scope();
    node* owner_ = nullptr;
    node* asked_ = nullptr;
    std::uint64_t number_ = 0;
    cancel_cause cause_ = cancel_cause::request;
    asks asks_ = asks::nothing;
    bool was_cancelled_ = false;
};

#endif

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
