// A frame whose type is not told: what a header can export.
//
//     sb::task<page> fetch(std::string_view url);      // in a header
//
//     sb::task<page> fetch(std::string_view url) {    // in one .cpp file
//         return fetch_frame{std::string(url)};
//     }
//
// Nothing runs before it is awaited or started. A task is awaited or started once, as an rvalue; one
// that never is destroys its frame. It is made, awaited and destroyed on one thread.
#pragma once

#include <switchback/detail/await.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {
struct task_access;
}

template <class R = void>
class [[nodiscard]] task {
public:
    using result_type = R;

    // From a frame, which is moved, or from another awaitable. One allocation, from the thread's
    // free lists.
    template <class A,
        class = std::enable_if_t<!std::is_same_v<detail::plain<A>, task> &&
                                 detail::is_awaitable<A&&>::value>>
    task(A&& awaitable);

    task(task&& other) noexcept
        : held_(std::exchange(other.held_, nullptr)), memory_(other.memory_) {}
    task& operator=(task other) noexcept {
        std::swap(held_, other.held_);
        std::swap(memory_, other.memory_);
        return *this;
    }
    ~task() {
        if (held_ == nullptr) return;
        detail::destroy_frame(*held_);
        detail::release_node_memory(
            *memory_, held_, held_->type->size, held_->type->alignment, true);
    }

    // False once it was moved from, awaited or started.
    bool valid() const noexcept { return held_ != nullptr; }

private:
    friend struct detail::task_access;

    detail::result_state<R>* held_;
    detail::frame_memory* memory_;
};

namespace detail {

struct task_access {
    // The node, which is now the caller's. Throws already_awaited.
    template <class R>
    static result_state<R>& take(task<R>&& from) {
        if (from.held_ == nullptr) raise<already_awaited>();
        return *std::exchange(from.held_, nullptr);
    }
};

// Like a frame, but for the type that is not known: its table runs it.
template <class R>
struct awaiter<task<R>> {
    static constexpr bool exists = true;
    using result_type = R;

    template <class Make>
    static step start(node& self, Make& make) {
        static_assert(!std::is_lvalue_reference_v<decltype(make())>,
            "a task is awaited once: write std::move(x)");
        auto& home = *self.home;
        node& child = task_access::take(make());
        child.home = &home;
        child.awaiter = &self;
        self.child = &child;
        self.awaits = awaited_kind::child;
        self.state = node_state::waiting;
        if (SB_DETAIL_UNLIKELY(stack_position() < home.stack_floor)) {
            home.to_call = &child;
            return step::called;
        }
        child.state = node_state::running;
        auto outcome = child.type->resume(child);
        if (SB_DETAIL_UNLIKELY(outcome == step::called)) outcome = home.run_called(child);
        if (SB_DETAIL_UNLIKELY(outcome == step::failed)) {
            home.release_node(child);
            self.awaits = awaited_kind::nothing;
        }
        if (outcome == step::failed || outcome == step::returned) self.state = node_state::running;
        return outcome;
    }

    template <class Sink>
    static bool take(node& self, Sink& sink) {
        auto& child = static_cast<result_state<R>&>(static_cast<task_state&>(*self.child));
        self.awaits = awaited_kind::nothing;
        struct ending {
            result_state<R>& child;
            ~ending() {
                child.discard_result();
                child.home->release_node(child);
            }
        } const at_the_end{child};
        if constexpr (std::is_void_v<R>) {
            sink();
        } else {
            sink(std::move(child.result()));
        }
        return true;
    }
};

// Makes a frame's node that may become a root, or be held by a task.
template <class A>
auto& make_root_node(frame_memory& memory, A&& awaitable) {
    check_awaitable<A&&>();
    using given = plain<A>;
    if constexpr (is_task_frame<given>::value) {
        auto make = [&]() -> given&& { return static_cast<given&&>(awaitable); };
        return make_node<given>(nullptr, memory, true, make)->result_part();
    } else {
        using frame = awaiting<given>;
        auto make = [&] { return frame{static_cast<A&&>(awaitable)}; };
        return make_node<frame>(nullptr, memory, true, make)->result_part();
    }
}
template <class R>
result_state<R>& make_root_node(frame_memory&, task<R>&& given) {
    return task_access::take(std::move(given));
}

// A task that belongs to another one: its clean-up may want it while the scheduler closes.
template <class A>
auto& start_within(node& starter, A&& awaitable) {
    auto& home = *starter.home;
    home.check_not_over();
    auto& root = make_root_node(home.memory, static_cast<A&&>(awaitable));
    home.adopt(root, 1);
    if (SB_DETAIL_UNLIKELY(home.marks != nullptr)) home.inherit(starter, root);
    return root;
}

// What start() does outside of tasks …
template <class A>
auto start(core& home, A&& awaitable, std::uint32_t references) {
    home.check_open();
    auto& root = make_root_node(home.memory, static_cast<A&&>(awaitable));
    home.adopt(root, references);
    return &root;
}
// … and in a body.
template <class A>
auto start_from(node& starter, A&& awaitable, std::uint32_t references) {
    auto& home = *starter.home;
    auto* const root = start(home, static_cast<A&&>(awaitable), references);
    if (SB_DETAIL_UNLIKELY(home.marks != nullptr)) home.inherit(starter, *root);
    return root;
}

} // namespace detail

template <class R>
template <class A, class>
task<R>::task(A&& awaitable)
    : held_(&detail::make_root_node(
          detail::frame_memory::local(), static_cast<A&&>(awaitable))),
      memory_(&detail::frame_memory::local()) {
    static_assert(std::is_same_v<detail::result_of<A>, R>,
        "sb::task<R> is made of an awaitable that has the result R");
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
