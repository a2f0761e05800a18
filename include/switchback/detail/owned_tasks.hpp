// Tasks that belong to an object: what task_owner, named_task_collection and active_object are made of.
//
// The object holds a reference to each, and a small node waits for its end, so that it can be let go of then.
// When the object dies they end before that returns, as if the last future of each had gone, whatever futures
// there are, and though they be shielded: they use what dies with the object.
#pragma once

#include <switchback/detail/room_for_node.hpp>
#include <switchback/detail/wait_list.hpp>
#include <switchback/future.hpp>
#include <switchback/task.hpp>
#include <switchback/task_scheduler.hpp>

#include <cstddef>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class owned_tasks {
public:
    struct watcher;
    // What the object knows of a task of its own; told with its end.
    struct entry {
        watcher* by = nullptr; // until then
    };

    explicit owned_tasks(core& home) noexcept : home_(home) { home.hold(); }
    owned_tasks(owned_tasks const&) = delete;
    owned_tasks& operator=(owned_tasks const&) = delete;

    core& home() const noexcept { return home_; }
    std::size_t size() const {
        home_.check_thread();
        return size_;
    }
    void check_open() const;

    // A task's node is made, and belongs to this; the caller is to let it begin, or wait. Throws owner_closed, and
    // as a scheduler's start() does.
    template <class A>
    auto& make(A&& awaitable, entry* note = nullptr) {
        check_open();
        room_for_node for_watcher(home_.memory, size_of_watchers);
        auto& root = make_root_node(home_.memory, static_cast<A&&>(awaitable));
        root.home = &home_; // until it is adopted
        watch(root, for_watcher.take(), note);
        return root;
    }
    template <class A>
    auto& start(A&& awaitable, entry* note = nullptr) {
        auto& root = make(static_cast<A&&>(awaitable), note);
        home_.adopt(root, 1);
        return root;
    }
    // One that was started before belongs to this from now on, too.
    void keep(node& root);

    // One ends now; all do, because this dies: an object that they might still use while it does says so first.
    void release(entry& which) noexcept;
    void release_all() noexcept;
    void cancel_all() noexcept;
    // Nothing is started any more.
    void close() noexcept { closed_ = true; }
    // Throws misuse where the node belongs to one of these tasks.
    void check_not_own(node& waiter) const;
    gate& ended() noexcept { return ended_; }

protected:
    ~owned_tasks();

private:
    struct list_entry : links {};

    static std::size_t const size_of_watchers;
    static frame_type const type_of_watchers;
    static step task_has_ended(node& n);
    static watcher& watcher_of(links& in_list) noexcept;

    // A task that was kept has ended; it is let go of behind this. Runs nothing of the user's.
    virtual void task_ended(node& task, entry* note) noexcept = 0;

    void watch(node& root, void* memory, entry* note) noexcept;
    void take_end_of(watcher& of) noexcept;
    void stop_watching(watcher& of) noexcept;

    core& home_;
    list_head watchers_; // in the order of their start
    std::size_t size_ = 0;
    gate ended_{true}; // open while there is none
    bool closed_ = false;
};

// Awaits that all have ended; asks them to, or lets them come to their end.
struct [[nodiscard]] closing_tasks {
    owned_tasks* of;
    bool cancels;
};

template <>
struct awaiter<closing_tasks> {
    static constexpr bool exists = true;
    using result_type = void;

    template <class Make>
    static step start(node& self, Make& make) {
        closing_tasks const wanted = make();
        auto& of = *wanted.of;
        of.home().check_thread();
        of.check_not_own(self);
        of.close();
        if (wanted.cancels) of.cancel_all();
        auto const passing_through = [&] { return passing{&of.ended()}; };
        return awaiter<passing>::start(self, passing_through);
    }
    template <class Sink>
    static bool take(node& self, Sink& sink) {
        return awaiter<passing>::take(self, sink);
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
