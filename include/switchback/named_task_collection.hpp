// Tasks that belong to an object, each under a name; no two under the same.
//
//     sb::named_task_collection tasks{scheduler};
//
//     void on_text(std::string text) {
//         tasks.start("search", find_friends{text});      // and the search for the text before it is over
//     }
//
// What becomes of the one that runs under a name already is said at the start: see sb::if_taken. For the rest this is a
// sb::task_owner: its tasks end with it, or by SB_AWAIT(tasks.close()). They bear their names in reports, too. A
// name is free again when its task has ended. The seed's NamedTaskCollection.
#pragma once

#include <switchback/detail/owned_tasks.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// What to do where a task runs under the name.
enum class if_taken : unsigned char {
    replace,            // it is released: its frames are gone before the new one begins. Clean-up that waits goes
                        // on beside that one, as the scheduler's
    replace_when_ended, // it is asked to end, as by cancel(); the new one begins when it has, clean-up included
    join,               // it is the one; the new one is never begun
    refuse,             // neither: the new one is dropped, and the future empty
};

namespace detail {

// Begins when the gate is open.
template <class A, class R = result_of<A>>
struct started_behind {
    passing others;
    A awaited;
    std::optional<R> result{};

    step operator()(returns<R>& co) {
        SB_BEGIN(co);
        SB_AWAIT(others);
        SB_AWAIT_INTO(result, static_cast<A&&>(awaited));
        SB_RETURN(std::move(*result));
        SB_END();
    }
};
template <class A>
struct started_behind<A, void> {
    passing others;
    A awaited;

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(others);
        SB_AWAIT(static_cast<A&&>(awaited));
        SB_END();
    }
};

// All but the types of the results.
class named_tasks final : private owned_tasks {
public:
    explicit named_tasks(core& home) noexcept : owned_tasks(home) {}
    ~named_tasks() { release_all(); } // while the names are still there

    using owned_tasks::home;
    void cancel_all() noexcept { owned_tasks::cancel_all(); }
    closing_tasks close() noexcept { return {this, true}; }

    std::size_t size() const;
    std::vector<std::string> names() const;
    bool has(std::string_view name) const { return find_current(name) != nullptr; }
    bool cancel(std::string_view name);
    bool drop(std::string_view name);

    template <class R>
    result_state<R>* find(std::string_view name) const {
        auto const* const found = find_current(name);
        if (found == nullptr) return nullptr;
        if (found->type != &type_tag<R>) raise<misuse>("the task of this name has a result of another type");
        return &static_cast<result_state<R>&>(static_cast<task_state&>(*found->task));
    }

    template <class R, class A>
    result_state<R>& start(std::string&& name, A&& awaitable, bool waits) {
        check_open();
        auto fresh = std::make_unique<named>();
        taken_place in(*this, name);
        auto& task = waits && in->is_used()
                         ? static_cast<result_state<R>&>(owned_tasks::start(
                               started_behind<plain<A>>{passing{&in->ended}, static_cast<A&&>(awaitable)}, fresh.get()))
                         : static_cast<result_state<R>&>(owned_tasks::start(static_cast<A&&>(awaitable), fresh.get()));
        fresh->task = &task;
        fresh->type = &type_tag<R>;
        home().add_reference(task); // the caller's: to end another one runs the user's code
        replace(in.take(), std::move(fresh), waits);
        return task;
    }

private:
    struct slot;
    // A task.
    struct named : entry, links {
        named() noexcept : links{nullptr, nullptr} {}
        slot* in = nullptr;
        node* task = nullptr;
        void const* type = nullptr;
    };
    using places = std::map<std::string, slot, std::less<>>;
    // A name: there as long as any task has it, or is still to end that had it.
    struct slot {
        slot() = default;
        slot(slot const&) = delete;
        slot& operator=(slot const&) = delete;
        ~slot();

        named* running() const noexcept;
        bool is_used() const noexcept { return current != nullptr || !ending.empty(); }

        named* current = nullptr;
        list_head ending;
        gate ended{true}; // open where there are no such
        places::iterator self{};
    };

    template <class R>
    static inline char type_tag = 0; // its address alone counts

    // A name is there from now on; but for an error.
    class taken_place {
    public:
        taken_place(named_tasks& of, std::string const& name) : of_(of), slot_(of.slot_of(name)) {}
        taken_place(taken_place const&) = delete;
        taken_place& operator=(taken_place const&) = delete;
        ~taken_place() {
            if (slot_ != nullptr) of_.drop_unused(*slot_);
        }

        slot* operator->() const noexcept { return slot_; }
        slot& take() noexcept { return *std::exchange(slot_, nullptr); }

    private:
        named_tasks& of_;
        slot* slot_;
    };

    named const* find_current(std::string_view name) const;
    slot* slot_of(std::string const& name);
    void drop_unused(slot& of) noexcept;
    void replace(slot& in, std::unique_ptr<named> fresh, bool waits);
    void end_now(std::unique_ptr<named> one) noexcept;
    void task_ended(node& task, entry* note) noexcept override;

    places slots_;
};

} // namespace detail

class named_task_collection {
public:
    // On the scheduler's thread, outside of its tasks or in a body.
    explicit named_task_collection(task_scheduler& home) noexcept : tasks_(detail::home_access::of(home)) {}
    template <class R>
    explicit named_task_collection(returns<R>& co) noexcept : tasks_(detail::home_access::of(co)) {}
    named_task_collection(named_task_collection const&) = delete;
    named_task_collection& operator=(named_task_collection const&) = delete;

    // Starts a task under a name. The future may be dropped: the collection keeps the task. It is empty where the task
    // was refused. Takes logarithmic time in the number of names; four allocations, and a node more for one that
    // waits for another's end. Throws misuse where one is joined whose result has another type, owner_closed
    // behind close(), and what task_owner::start throws: then nothing has changed.
    template <class A>
    auto start(std::string name, A&& awaitable, if_taken then = if_taken::replace) {
        using result = detail::result_of<A>;
        if (then == if_taken::refuse && contains(name)) return future<result>();
        if (then == if_taken::join) {
            if (auto running = find<result>(name); running.valid()) return running;
        }
        auto& task = tasks_.start<result>(
            std::move(name), static_cast<A&&>(awaitable), then == if_taken::replace_when_ended);
        return detail::future_access::make(task);
    }

    // The task of that name, which was started by an awaitable with such a result; empty where there is none. Throws
    // misuse where the result has another type, and wrong_thread, as all members do.
    template <class R>
    future<R> find(std::string_view name) const {
        tasks_.home().check_thread();
        auto* const found = tasks_.find<R>(name);
        if (found == nullptr) return {};
        found->home->add_reference(*found);
        return detail::future_access::make(*found);
    }
    bool contains(std::string_view name) const {
        tasks_.home().check_thread();
        return tasks_.has(name);
    }

    // Asks the task of that name to end, as future::cancel does. It has the name until then. False: there is none.
    bool cancel(std::string_view name) {
        tasks_.home().check_thread();
        return tasks_.cancel(name);
    }
    // Releases it, whatever futures there are, before this returns; the name is free. False: there is none.
    bool drop(std::string_view name) {
        tasks_.home().check_thread();
        return tasks_.drop(name);
    }
    // Asks all of them, and those that were replaced and have not ended.
    void cancel() {
        tasks_.home().check_thread();
        tasks_.cancel_all();
    }
    // To be awaited: see task_owner::close.
    [[nodiscard]] detail::closing_tasks close() noexcept { return tasks_.close(); }

    // The names that are taken, in their order.
    std::vector<std::string> names() const {
        tasks_.home().check_thread();
        return tasks_.names();
    }
    std::size_t size() const {
        tasks_.home().check_thread();
        return tasks_.size();
    }
    bool empty() const { return size() == 0; }

private:
    detail::named_tasks tasks_;
};

} // namespace SB_DETAIL_ABI
} // namespace switchback
