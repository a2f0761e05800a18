// Tasks whose results are taken in the order in which they end: what sb::completions hold.
//
// A task of their own, the runner, starts them as branches, and waits until all have ended. Beside it stands
// who takes the results, in next(). The object is counted: the completions hold it, the runner, and who waits
// in next().
#pragma once

#include <switchback/detail/await.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class arrivals;

// A counted reference, or none.
class arrivals_ref {
public:
    arrivals_ref() noexcept = default;
    explicit arrivals_ref(arrivals& adopted) noexcept : of_(&adopted) {} // that one reference
    arrivals_ref(arrivals_ref const& other) noexcept;
    arrivals_ref(arrivals_ref&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    arrivals_ref& operator=(arrivals_ref other) noexcept {
        std::swap(of_, other.of_);
        return *this;
    }
    ~arrivals_ref();

    explicit operator bool() const noexcept { return of_ != nullptr; }
    arrivals& operator*() const noexcept { return *of_; }
    arrivals* operator->() const noexcept { return of_; }
    arrivals* give_up() noexcept { return std::exchange(of_, nullptr); }

private:
    arrivals* of_ = nullptr;
};

class arrivals : public join {
public:
    arrivals(arrivals const&) = delete;
    arrivals& operator=(arrivals const&) = delete;

    // ---- The side of who takes the results

    bool more() noexcept;
    // Nobody will take any more.
    void close() noexcept;
    // True: there is something to be taken. Throws misuse.
    static bool begin_next(arrivals_ref&& of, node& taker);
    // Throws misuse.
    static arrivals_ref end_next(node& taker);

    // ---- The runner's side

    // False: there is no other.
    bool start_next(node& runner) noexcept;
    void start(node& runner, node& root, bool has_result) noexcept;
    bool stopping() const noexcept { return over_; }
    bool has_room() const noexcept { return over_ || running_ + arrived_ < limit_; }
    bool has_ended() const noexcept { return running_ == 0; }
    void wait(node& runner, bool for_room) noexcept;
    // False: an error is in flight.
    bool outcome() noexcept;
    // The runner goes, and with it what still runs.
    void disown() noexcept;

    void branch_ended(node& branch) noexcept override;
    node* owner() const noexcept override { return runner_; }
    void abandon(node&) noexcept override { waits_ = false; }
    bool forward_cancel(node& runner, cancel_request const& what) noexcept override;
    bool waits_for_running(std::size_t& left) const noexcept override;
    void show_tasks(task_visitor& to) const noexcept override {
        show_branches(running_list_, to);
        show_branches(arrived_list_, to);
    }

protected:
    arrivals(core& home, std::size_t limit) noexcept : home_(&home), limit_(limit), taker_(*this) {}
    virtual ~arrivals() = default;

private:
    friend class arrivals_ref;
    friend class arrived;

    // Where the taker waits: a cancellation is its own business.
    class taking final : public waitable {
    public:
        explicit taking(arrivals& of_) noexcept : of(&of_) {}
        void abandon(node& taker) noexcept override;
        bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }
        bool waits_for_running(std::size_t& left) const noexcept override { return of->waits_for_running(left); }

        arrivals* of;
        node* waiter = nullptr;
    };

    virtual bool find() = 0;
    virtual void start_found(node& runner) = 0;
    virtual void drop_source() noexcept = 0;

    bool find_next() noexcept;
    void fail_with_current() noexcept;
    void report_error() noexcept;
    bool has_something() const noexcept { return closed_ || has_error_ || arrived_ != 0; }
    void wake_taker() noexcept;
    void wake_runner() noexcept;
    void end_of_source() noexcept;

    core* home_;
    std::size_t limit_;
    taking taker_;
    list_head running_list_; // by their prefixes
    list_head arrived_list_; // the same, in the order of their ends
    std::size_t running_ = 0;
    std::size_t arrived_ = 0;
    std::size_t references_ = 1;
    node* runner_ = nullptr;
#if SB_DETAIL_EXCEPTIONS
    failure error_; // of the making of tasks
#endif
    bool has_error_ = false; // that is still to be taken
    bool waits_ = false;     // the runner, here
    bool for_room_ = false;
    bool found_ = false; // an element, which is still to be started
    bool over_ = false;  // there is no other, or it is not wanted
    bool in_source_ = false;
    bool closed_ = false;
    bool cancelled_ = false;
    cancel_request request_{}; // where it is
};

inline arrivals_ref::arrivals_ref(arrivals_ref const& other) noexcept : of_(other.of_) {
    if (of_ != nullptr) ++of_->references_;
}
inline arrivals_ref::~arrivals_ref() {
    if (of_ != nullptr && --of_->references_ == 0) delete of_;
}

// The first that has arrived: taken out of the others, and released in the end. Or the error that the making
// of tasks has failed with.
class arrived {
public:
    explicit arrived(arrivals& of);
    arrived(arrived const&) = delete;
    arrived& operator=(arrived const&) = delete;
    ~arrived();

    // True: its error is in flight.
    bool failed(node& taker) noexcept;
    node& get() const noexcept { return *branch_; }

private:
    list_head taken_;
    node* branch_ = nullptr;
#if SB_DETAIL_EXCEPTIONS
    failure error_;
#endif
};

// The runner's frame.
struct runs_arrivals {
    explicit runs_arrivals(arrivals_ref const& of_) noexcept : of(of_) {}
    runs_arrivals(runs_arrivals&&) noexcept = default;
    runs_arrivals& operator=(runs_arrivals&&) = delete;
    ~runs_arrivals() {
        if (of) of->disown();
    }
    step operator()(returns<void>& co);

    arrivals_ref of;
};

// Awaits of the runner's: until there is room for one more; until all have ended.
struct room_to_arrive {
    arrivals& of;
};
struct end_of_arrivals {
    arrivals& of;
};

template <>
struct awaiter<room_to_arrive> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& of = make().of;
        self.object = &of;
        self.awaits = awaited_kind::object;
        if (of.has_room()) return step::returned;
        of.wait(self, true);
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
struct awaiter<end_of_arrivals> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        auto& of = make().of;
        self.object = &of;
        self.awaits = awaited_kind::object;
        if (of.has_ended()) return step::returned;
        of.wait(self, false);
        return step::suspended;
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto& of = static_cast<arrivals&>(*self.object);
        self.awaits = awaited_kind::nothing;
        if (!of.outcome()) return false;
        sink();
        return true;
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
