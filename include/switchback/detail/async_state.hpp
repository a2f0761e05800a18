// The node of an async generator: a task's, but that it is there between its steps.
//
// Each operation (next, send, throw_, close) is a child that the awaiting frame has for so long: where the
// body waits, what it waits for resumes it straight away, and at a yield or its end the awaiting frame goes
// on. So errors and cancellation find their way as they do from every child; but when that is let go of, the
// node stays, for as long as the generator has it.
//
// A generator whose owner lets go of it at a yield that a try encloses becomes a task of its own, until its
// clean-up has ended.
#pragma once

#include <switchback/detail/exchange.hpp>
#include <switchback/generator_status.hpp>
#include <switchback/returns.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// All but the values and the frame.
class async_node : public task_state {
public:
    static constexpr bool can_yield = true;

    // Its frame is gone; so goes the node, and its memory.
    using free_function = void (*)(async_node&) noexcept;

    async_node(core* of, frame_type const& kind, free_function free) noexcept
        : task_state(of, kind), memory_(frame_memory::local()), free_(free) {
        references = 1; // the generator's; an operation has one more, and another while its outcome is awaited
    }

    generator_status status() const noexcept { return status_; }
    frame_memory& memory() const noexcept { return memory_; }

    // ---- Those who have it

    void add_holder() noexcept { ++references; }
    // One holder less. The last one's going closes it: lists first, and chains of any length without recursion.
    static void let_go(node& n) noexcept;
    void lose_holder() noexcept {
        if (SB_DETAIL_UNLIKELY(references == 1 || is(is_root))) {
            let_go(*this);
        } else {
            --references;
        }
    }
    // The generator itself: nobody will look at a value any more.
    void lose_owner() noexcept {
        is_owned_ = false;
        let_go(*this);
    }
    bool has_value() const noexcept { return status_ == generator_status::suspended && is_owned_; }

    // ---- Operations of the frame `self`, which then awaits the outcome as that of a child

    // Before any of them, and before what it is given is stored. Throws already_running, and wrong_scheduler.
    void prepare(node& self) {
        if (SB_DETAIL_UNLIKELY(status_ == generator_status::running || home != self.home)) settle_in(self);
    }
    // Goes on from where it stands.
    step advance(node& self) noexcept;
#if SB_DETAIL_EXCEPTIONS
    step throw_in(node& self, failure&& what);
#endif
    step close(node& self);

    // ---- Its own runner

    // Before the body is entered (false: it has ended instead), and behind that.
    bool begin_step() noexcept {
        if (SB_DETAIL_UNLIKELY(is(is_injected)) && status_ == generator_status::suspended && !leave_by_exit()) {
            return false;
        }
        status_ = generator_status::running;
        return true;
    }
    step end_step(step outcome) noexcept {
        if (SB_DETAIL_UNLIKELY(outcome != step::yielded || is_closing_)) return end_unusual_step(outcome);
        status_ = generator_status::suspended;
        state = node_state::created;
        return step::returned; // the operation's outcome is there
    }
    void frame_is_gone() noexcept { status_ = generator_status::closed; }

private:
    SB_DETAIL_COLD void settle_in(node& self);
    step end_unusual_step(step outcome) noexcept;
    step over_at_once(node& self) noexcept;
    void destroy_frame_now() noexcept;
    void reap() noexcept;
    bool leave_by_exit() noexcept;

    frame_memory& memory_;
    free_function const free_;
    generator_status status_ = generator_status::created;
    bool is_closing_ = false; // a generator_exit was raised in its body
    bool is_owned_ = true;
};

// The library's side of `async_yields`: the values as well.
template <class Y, class Sent>
class async_state : public async_node, public exchange<Y, Sent> {
public:
    using async_node::async_node;

    template <class... V>
    void set_returned(V&&...) noexcept {
        static_assert(sizeof...(V) == 0,
            "SB_RETURN(value) in an async generator: it yields values, and returns none");
    }
    step fall_off() noexcept { return step::returned; }
    void keep_returned(int) noexcept {}
    void restore_returned(int) noexcept {}
    void forget_values() noexcept {
        this->forget_sent();
        this->forget_yielded();
    }

    static async_state& from(node& n) noexcept {
        return static_cast<async_state&>(static_cast<async_node&>(static_cast<task_state&>(n)));
    }
};

// With its frame.
template <class F>
struct async_node_of final : context_of<F> {
    using context = context_of<F>;
    using state = async_state<typename context::yield_type, typename context::sent_type>;

    explicit async_node_of(core* of) noexcept : context(of, type, &free_this) {}
    ~async_node_of() {}

    union {
        F frame;
    };

    node& header() noexcept { return state_part(); }
    state& state_part() noexcept { return static_cast<state&>(static_cast<context&>(*this)); }
    static async_node_of& from(node& n) noexcept {
        return static_cast<async_node_of&>(static_cast<context&>(state::from(n)));
    }

private:
    static step resume(node& n) {
        auto& self = from(n);
        auto& header = self.state_part();
        if (!header.begin_step()) return step::returned;
        return header.end_step(run_frame(self.frame, static_cast<context&>(self), header));
    }
    static void describe(node& n) {
        auto& self = from(n);
        describe_frame(self.frame, static_cast<context&>(self), self.state_part());
    }
    static void destroy_frame(node& n) noexcept {
        auto& self = from(n);
        self.state_part().frame_is_gone();
        ::switchback::detail::destroy(self.frame);
        n.drop(0);
        self.state_part().forget_values();
    }
    static void free_this(async_node& n) noexcept {
        auto& self = from(n);
        auto& memory = n.memory();
        self.~async_node_of();
        release_node_memory(memory, &self, sizeof(async_node_of), alignof(async_node_of), true);
    }

    static inline std::atomic<place const*> where{nullptr};
    static const frame_type type;
};

template <class F>
inline const frame_type async_node_of<F>::type{&async_node_of::resume, &async_node_of::describe,
    &async_node_of::destroy_frame, nullptr, type_name<F>(), &async_node_of::where, sizeof(async_node_of),
    alignof(async_node_of), &async_node::let_go};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
