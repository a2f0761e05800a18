// What the handles of a promise share, with each other and with the root that its futures hold.
//
// That root has no frame: it waits, as a task waits for a job, and this object ends it. It is touched on
// the scheduler's thread alone. What comes on another one is kept here, and the object itself is the
// message that takes it there: completing a promise needs no memory.
//
// The root ends only where a future was taken of it. A promise that is completed before waits on with its
// result stored, so that a scheduler which closes finds it among the unfinished, and can take it back:
// handles may go on threads that cannot.
#pragma once

#include <switchback/detail/inbox.hpp>
#include <switchback/future.hpp>
#include <switchback/maybe.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What on_cancel() was given.
class cancel_call {
public:
    cancel_call() = default;
    cancel_call(cancel_call const&) = delete;
    cancel_call& operator=(cancel_call const&) = delete;
    virtual ~cancel_call() = default;
    virtual void call() noexcept = 0;
};

template <class Function>
class cancel_call_of final : public cancel_call {
public:
    template <class F>
    explicit cancel_call_of(F&& function) : function_(static_cast<F&&>(function)) {}
    void call() noexcept override { function_(); }

private:
    Function function_;
};

// All but the value.
class promise_base : private waitable {
public:
    promise_base(promise_base const&) = delete;
    promise_base& operator=(promise_base const&) = delete;

    // ---- From any thread

    void add_handle() noexcept { handles_.fetch_add(1, std::memory_order_relaxed); }
    void drop_handle() noexcept;
    bool wanted() const noexcept {
        return is_open() && !claimed_.load(std::memory_order_relaxed);
    }
#if SB_DETAIL_EXCEPTIONS
    bool fail(std::exception_ptr&& error);
#endif

    // ---- On the scheduler's

    void check_thread() const {
        if (!is_own_thread()) raise<wrong_thread>();
    }
    template <class Function>
    void set_on_cancel(Function&& function) {
        check_thread();
        keep_on_cancel(std::make_unique<cancel_call_of<std::decay_t<Function>>>(
            static_cast<Function&&>(function)));
    }
    // The root is cancelled, released or closed, and ends.
    void end_uncompleted() noexcept;

protected:
    explicit promise_base(core& home) noexcept : inbox_(home.mail()) {}
    virtual ~promise_base() = default; // by the last holder, on any thread: nothing of the user's is left

    // The right to complete it: given back where that does not come about.
    class claim {
    public:
        explicit claim(promise_base& of) : of_(&of) {
            if (of.claimed_.exchange(true, std::memory_order_relaxed)) raise<already_completed>();
        }
        claim(claim const&) = delete;
        claim& operator=(claim const&) = delete;
        ~claim() {
            if (of_ != nullptr) of_->claimed_.store(false, std::memory_order_relaxed);
        }
        void use() noexcept { of_ = nullptr; }

    private:
        promise_base* of_;
    };

    // Storing a result runs code of the user's, who may drop the future meanwhile.
    class root_held {
    public:
        explicit root_held(node& root) noexcept : root_(root) { root.home->add_reference(root); }
        root_held(root_held const&) = delete;
        root_held& operator=(root_held const&) = delete;
        ~root_held() { root_.home->release(root_); }

    private:
        node& root_;
    };

    // The root is there, and waits for this.
    bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }
    bool is_own_thread() const noexcept { return std::this_thread::get_id() == thread_; }
    // On the scheduler's thread: and is not in the list of those to be released, where it cannot end.
    bool is_awaited() const noexcept {
        return is_open() && (root_->references != 0 || root_->is(is_shielded));
    }
    node& root() const noexcept { return *root_; }

    void begin(node& root) noexcept;
    node& take_root();
    // The result is stored in the root, or the error is its record: this may be gone behind it.
    void complete_root(bool failed) noexcept;
    // To the scheduler's thread. False: it has closed.
    bool send_arrival() noexcept { return send(arrival_); }

    // The value that came from another thread goes to the root. False: it threw.
    virtual void store_arrived() = 0;
    virtual void drop_arrived() noexcept = 0;

#if SB_DETAIL_EXCEPTIONS
    static void store_error(node& root, std::exception_ptr&& error);
    static void report_untaken(node& root) noexcept;
#endif

private:
    struct carried : message {
        explicit carried(promise_base& what) noexcept : of(what) {}
        promise_base& of;

    protected:
        ~carried() = default;
    };
    // A completion from another thread; the last handle's end there.
    struct arrival final : carried {
        using carried::carried;
        void deliver() noexcept override { of.arrive(true); }
        void discard() noexcept override { of.arrive(false); }
    };
    struct farewell final : carried {
        using carried::carried;
        void deliver() noexcept override {
            of.lose_handles();
            of.drop_holder();
        }
        void discard() noexcept override { of.drop_holder(); }
    };

    // waitable
    void abandon(node&) noexcept override { open_.store(false, std::memory_order_release); }
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }

    bool send(message& what) noexcept;
    void arrive(bool in_time) noexcept;
    void lose_handles() noexcept;
    void finish_root() noexcept;
    void drop_holder() noexcept;
    void keep_on_cancel(std::unique_ptr<cancel_call> call) noexcept;

    std::atomic<std::uint32_t> handles_{1};
    std::atomic<std::uint32_t> holders_{2}; // all handles together, the root, each message on its way
    std::atomic<bool> claimed_{false};      // completed, or about to be
    std::atomic<bool> open_{true};
    std::shared_ptr<inbox> const inbox_;
    std::thread::id const thread_ = std::this_thread::get_id();
    arrival arrival_{*this};
    farewell farewell_{*this};
#if SB_DETAIL_EXCEPTIONS
    std::exception_ptr error_; // on its way
#endif

    // The scheduler's thread's.
    node* root_ = nullptr; // until it ends
    std::unique_ptr<cancel_call> on_cancel_;
    bool is_taken_ = false;  // there has been a future
    bool is_stored_ = false; // the root has its result, and waits for that
    bool has_failed_ = false;
};

// A root without a frame.
template <class T>
struct promise_root final : result_state<T> {
    explicit promise_root(core& of, promise_base& by) noexcept
        : result_state<T>(&of, type), producer(&by) {}

    promise_base* producer;

    static promise_root& from(node& n) noexcept {
        return static_cast<promise_root&>(static_cast<task_state&>(n));
    }
    // Where a task's frame dies, its promise hears that it is cancelled.
    static void destroy_frame(node& n) noexcept { from(n).producer->end_uncompleted(); }
    static void destroy_result(node& n) noexcept { from(n).discard_result(); }
    static void describe(node&) noexcept {} // it stands nowhere

    static inline std::atomic<place const*> where{nullptr};
    static const frame_type type;
};

// It never runs.
template <class T>
inline const frame_type promise_root<T>::type{nullptr, &promise_root::describe,
    &promise_root::destroy_frame,
    promise_root::has_trivial_result ? nullptr : &promise_root::destroy_result, "a promise",
    &promise_root::where, sizeof(promise_root), alignof(promise_root)};

// The value, on its way from another thread.
template <class T>
struct value_in_transit {
    maybe<T> value;

    void store_in(result_state<T>& root) { root.set_returned(std::move(*value)); }
    void drop() noexcept { value.reset(); }
};
template <>
struct value_in_transit<void> {
    static void store_in(result_state<void>&) noexcept {}
    static void drop() noexcept {}
};

template <class T>
class promise_state final : public promise_base {
    static_assert(std::is_void_v<T> || std::is_move_constructible_v<T>,
        "sb::promise<T>: the value is carried to the scheduler's thread, so T must be movable");

public:
    explicit promise_state(core& home) noexcept : promise_base(home) {}

    static promise_state* make(core& home) {
        home.check_not_over("a promise was made of a scheduler that has closed");
        auto made = std::make_unique<promise_state>(home);
        void* const memory = allocate_node<promise_root<T>>(home.memory, true);
        auto* const fresh = ::new (memory) promise_root<T>(home, *made);
        fresh->set(has_prefix);
        made->begin(*fresh);
        return made.release();
    }

    result_state<T>& take_future() { return state_of(take_root()); }

    template <class... V>
    bool complete(V&&... value) {
        if (is_open() && is_own_thread()) return complete_here(static_cast<V&&>(value)...);
        claim mine(*this);
        if constexpr (sizeof...(V) != 0) {
            if (is_open()) in_transit_.value.emplace(static_cast<V&&>(value)...);
        }
        mine.use();
        if (is_open() && send_arrival()) return true;
        in_transit_.drop();
        return false;
    }

private:
    static result_state<T>& state_of(node& root) noexcept { return promise_root<T>::from(root); }

    template <class... V>
    bool complete_here(V&&... value) {
        auto& into = state_of(root());
        if (!is_awaited()) {
            claim(*this).use();
            return false;
        }
        root_held const held(into);
        claim mine(*this);
        into.set_returned(static_cast<V&&>(value)...);
        mine.use();
        if (is_open()) {
            complete_root(false);
            return true;
        }
        into.discard_result();
        return false;
    }
    void store_arrived() override { in_transit_.store_in(state_of(root())); }
    void drop_arrived() noexcept override { in_transit_.drop(); }

    value_in_transit<T> in_transit_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
