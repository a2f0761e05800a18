// Tasks that run side by side for one awaiting frame, which waits until they have ended. Cancelling or
// releasing the frame cancels them; no branch outlives it.
#pragma once

#include <switchback/detail/await.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Whose end decides what becomes of all: the others are cancelled then.
enum class decided_by : std::uint8_t { nobody, first_failure, first_end };

class branches final : public join {
public:
    explicit branches(decided_by rule) noexcept : rule_(rule) {}
    // Before the first branch, since a frame may be moved until it starts.
    branches(branches&& other) noexcept : rule_(other.rule_) {}
    branches& operator=(branches&&) = delete;
    ~branches();

    // Starts one: it runs to its first suspension, on the spot.
    void start(node& owner, node& root, bool has_result) noexcept;
    // No more of them can be made: an exception was thrown, and is being handled.
    void fail_with_current() noexcept;

    std::size_t running() const noexcept { return running_; }
    // A decision or a cancellation has come: nothing more is to be started.
    bool stopping() const noexcept { return cancelled_ || decided_ != nullptr || has_error_; }

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
    bool none() const noexcept { return list_.empty(); }
    // The branch that has decided, and how many were started before it. (By its end: of its failure, nobody
    // asks.)
    node& winner() noexcept { return *decided_; }
    std::size_t place_of_winner() const noexcept { return place_of_winner_; }

    void branch_ended(node& branch) noexcept override;
    node* owner() const noexcept override { return owner_; }
    void abandon(node& waiter) noexcept override;
    bool forward_cancel(node& waiter, cancel_request const& what) noexcept override;
    bool waits_for_running(std::size_t& left) const noexcept override;
    void show_tasks(task_visitor& to) const noexcept override { show_branches(list_, to); }

private:
    bool decides(node& branch) const noexcept;
    void cancel_running(cancel_how how) noexcept;
#if SB_DETAIL_EXCEPTIONS
    void attach_others(failure& raised) noexcept;
    void report_error() noexcept;
#endif

    list_head list_; // by their prefixes
    std::size_t running_ = 0;
    std::size_t most_ = 0;
    std::size_t place_of_winner_ = 0;
    node* owner_ = nullptr;
    node* waiter_ = nullptr; // the owner, while it waits here
    node* decided_ = nullptr;
#if SB_DETAIL_EXCEPTIONS
    failure error_; // of the making of branches
#endif
    decided_by rule_;
    bool has_error_ = false;
    bool cancelled_ = false;
    cancel_request request_{}; // where it is
};

#if SB_DETAIL_EXCEPTIONS
// What a branch has failed with, taken out of it: nobody else can ask for it. It has been looked at then.
failure take_failure(node& branch) noexcept;
// Another error comes along with one, or, for want of memory, goes to the handler of unhandled errors.
void attach_or_report(failure& to, failure&& other) noexcept;
#endif

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
