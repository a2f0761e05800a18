// Tasks that run side by side for one awaiting frame, which waits until they have ended. The first
// failure cancels the others; cancelling or releasing the frame does, too. No branch outlives it.
#pragma once

#include <switchback/detail/await.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class branches final : public join {
public:
    branches() = default;
    // Before the first branch, since a frame may be moved until it starts.
    branches(branches&&) noexcept {}
    branches& operator=(branches&&) = delete;
    ~branches();

    // Starts one: it runs to its first suspension, on the spot.
    void start(node& owner, node& root, bool keeps_result) noexcept;
    // No more of them can be made: an exception was thrown, and is being handled.
    void fail_with_current() noexcept;

    std::size_t running() const noexcept { return running_; }
    // A failure or a cancellation has come: nothing more is to be started.
    bool stopping() const noexcept { return cancelled_ || failed_ != nullptr || has_error_; }

    // The waiter's side: until no more than so many run.
    bool satisfied(std::size_t most) const noexcept { return running_ <= most; }
    void wait(node& waiter, std::size_t most) noexcept;
    // After the last has ended. False: an error is in flight.
    bool outcome(core& home) noexcept;

    // The nodes of all branches whose results were kept, in the order of their start.
    template <class Visitor>
    void visit(Visitor&& visitor) {
        for (auto* at = list_.next; at != &list_; at = at->next) visitor(root_of(*at));
    }

    void branch_ended(node& branch) noexcept override;
    node* owner() const noexcept override { return owner_; }
    void abandon(node& waiter) noexcept override;
    bool forward_cancel(node& waiter, cancel_request const& what) noexcept override;

private:
    void cancel_running(cancel_how how) noexcept;

    list_head list_; // by their prefixes
    std::size_t running_ = 0;
    std::size_t most_ = 0;
    node* owner_ = nullptr;
    node* waiter_ = nullptr; // the owner, while it waits here
    node* failed_ = nullptr; // the first
#if SB_DETAIL_EXCEPTIONS
    std::exception_ptr error_;
#endif
    bool has_error_ = false;
    bool cancelled_ = false;
    cancel_request request_{}; // where it is
};

// Awaits: until there is room for one more; until all have ended.
struct room_for_branch {
    branches& of;
    std::size_t at_most;
};
struct end_of_branches {
    branches& of;
};

template <>
struct awaiter<room_for_branch> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto const wanted = make();
        self.object = &wanted.of;
        self.awaits = awaited_kind::object;
        if (wanted.of.stopping() || wanted.of.satisfied(wanted.at_most - 1)) return step::returned;
        wanted.of.wait(self, wanted.at_most - 1);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        self.awaits = awaited_kind::nothing;
        sink();
        return true;
    }
};

template <>
struct awaiter<end_of_branches> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& of = make().of;
        self.object = &of;
        self.awaits = awaited_kind::object;
        if (of.satisfied(0)) return step::returned;
        of.wait(self, 0);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto& of = static_cast<branches&>(*self.object);
        self.awaits = awaited_kind::nothing;
        if (!of.outcome(*self.home)) return false;
        sink();
        return true;
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
