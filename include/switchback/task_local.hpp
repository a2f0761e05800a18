// Values that go along with a task: who has asked for it, which language its user reads.
//
//     sb::task_local<int> const request{0};          // a static object; 0 where nothing was set
//
//     request.set(co, 17);                            // in a body: for the rest of this task
//     log("request", request.get(co));                // here, and in all that it awaits and starts
//
//     std::optional<sb::bound_value> bound{};         // a member of the frame: for a block alone
//     SB_WITH(bound, request.bind(co, 18)) {
//         SB_AWAIT(handle{});                         // sees 18
//     } SB_END_WITH                                   // 17 again
//
// Frames that await one another are one task, and share its values. A task that is started in a body, by
// co.start, in a group, by run_in_parallel and the like, begins with those that the task which starts it has
// at that moment (of a group, and of what runs side by side: the task that waits for its end); what either
// sets later, the other does not see. What is started from outside of tasks begins with none.
//
// A task_local is told by itself, not by its name or place: two of them never share a value. Who uses none pays
// nothing for it. Python: contextvars, ContextVar.
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/task_marks.hpp>
#include <switchback/returns.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// A value that is set for the length of a block: what bind() gives, for SB_WITH. To end it sets back what was there
// before, so blocks within one another end in the opposite order of their begin. It belongs to its task,
// and does nothing once that has ended.
class [[nodiscard]] bound_value {
public:
    bound_value(bound_value&&) noexcept = default; // the other does nothing any more
    bound_value& operator=(bound_value&&) = delete;
    ~bound_value() {
        if (of_ != nullptr) of_->exchange(key_, std::move(before_));
    }

private:
    template <class T>
    friend class task_local;
    bound_value(std::shared_ptr<detail::task_values> of, std::uint64_t key,
        detail::task_values::value before) noexcept
        : of_(std::move(of)), before_(std::move(before)), key_(key) {}

    std::shared_ptr<detail::task_values> of_;
    detail::task_values::value before_;
    std::uint64_t key_;
};

// T is an object. It is neither changed nor moved once it was set, and destroyed on the scheduler's thread
// when no task has it any more: at the latest after the end of those that do.
template <class T>
class task_local {
    static_assert(std::is_object_v<T> && !std::is_array_v<T>,
        "sb::task_local<T>: T is an object, as a member would be");

public:
    // Without a default, or with one. May be a static object.
    task_local() = default;
    explicit task_local(T otherwise) : otherwise_(std::move(otherwise)) {}
    task_local(task_local const&) = delete;
    task_local& operator=(task_local const&) = delete;

    // The value in this task, or the default. Valid until another one is set, and no longer than the task.
    // Throws nothing_set where there is neither. All members take the body's context, a time that grows
    // with the number of awaits around this one, and of task_locals in the task; looking does not allocate.
    template <class Context>
    T const& get(Context& co) const {
        auto const* const found = find(co);
        if (found == nullptr) detail::raise<nothing_set>();
        return *found;
    }
    // The same; null where there is neither.
    template <class Context>
    T const* find(Context& co) const noexcept {
        auto const* const values = detail::values_of(node_of(co));
        auto const* const found = values == nullptr ? nullptr : (*values)->find(key_);
        if (found != nullptr) return static_cast<T const*>(found);
        return otherwise_.has_value() ? &*otherwise_ : nullptr;
    }

    // From now on, for the rest of the task. Throws std::bad_alloc, and what making a T throws: then nothing
    // has changed.
    template <class Context, class V = T>
    void set(Context& co, V&& value) const {
        auto const unneeded = exchange(detail::own_values_of(node_of(co)), static_cast<V&&>(value));
    }

    // For the length of a SB_WITH block, or the life of what this gives. Throws as set() does.
    template <class Context, class V = T>
    bound_value bind(Context& co, V&& value) const {
        auto values = detail::own_values_of(node_of(co));
        auto before = exchange(values, static_cast<V&&>(value));
        return {std::move(values), key_, std::move(before)};
    }

private:
    template <class Context>
    static detail::node& node_of(Context& co) noexcept {
        static_assert(!detail::access::is_generator<Context>(),
            "sb::task_local: a generator is no task; pass it the value as a member");
        return detail::access::body(co);
    }
    template <class V>
    detail::task_values::value exchange(std::shared_ptr<detail::task_values> const& in, V&& value) const {
        return in->exchange(key_, std::make_shared<T const>(static_cast<V&&>(value)));
    }

    std::uint64_t const key_ = detail::next_task_local();
    std::optional<T> const otherwise_{};
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
