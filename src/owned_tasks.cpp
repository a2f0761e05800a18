#include <switchback/detail/owned_tasks.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// It waits in its task's list of waiters. What node::root refers to is that task, for as long as it lives.
struct owned_tasks::watcher final : node, owned_tasks::list_entry {
    watcher(owned_tasks& of_, entry* note_) noexcept
        : node(&of_.home_, type_of_watchers), list_entry{{nullptr, nullptr}}, of(&of_), note(note_) {}

    owned_tasks* of;
    entry* note;
};

frame_type const owned_tasks::type_of_watchers{&owned_tasks::task_has_ended, nullptr, nullptr, nullptr,
    "an owner of tasks", nullptr, sizeof(watcher), alignof(watcher)};

std::size_t const owned_tasks::size_of_watchers = sizeof(watcher);

owned_tasks::watcher& owned_tasks::watcher_of(links& in_list) noexcept {
    return static_cast<watcher&>(static_cast<list_entry&>(in_list));
}

owned_tasks::~owned_tasks() {
    release_all();
    home_.let_go();
}

void owned_tasks::check_open() const {
    home_.check_open();
    if (closed_) raise<owner_closed>();
}

void owned_tasks::keep(node& root) {
    check_open();
    if (root.home != &home_) raise<wrong_scheduler>("an owner was given a task of another scheduler");
    if (root.state == node_state::done) return;
    room_for_node for_watcher(home_.memory, size_of_watchers);
    home_.add_reference(root);
    watch(root, for_watcher.take(), nullptr);
}

void owned_tasks::watch(node& root, void* memory, entry* note) noexcept {
    auto* const fresh = ::new (memory) watcher(*this, note);
    if (note != nullptr) note->by = fresh;
    watchers_.push_back(static_cast<list_entry&>(*fresh));
    ++size_;
    ended_.shut();
    fresh->awaits = awaited_kind::result;
    fresh->node::root = &root;
    home_.wait_for_root(*fresh, root);
}

step owned_tasks::task_has_ended(node& n) {
    auto& of = static_cast<watcher&>(n);
    of.of->take_end_of(of);
    return step::suspended;
}

void owned_tasks::stop_watching(watcher& of) noexcept {
    unlink(static_cast<list_entry&>(of));
    home_.stop_waiting(of);
    if (of.note != nullptr) of.note->by = nullptr;
    of.awaits = awaited_kind::nothing;
    of.state = node_state::created;
    if (--size_ == 0) ended_.open();
}

// Its error is reported, or its result destroyed, where nobody else has the task: last, since this may die of it.
void owned_tasks::take_end_of(watcher& of) noexcept {
    auto& task = *of.node::root;
    auto* const note = of.note;
    of.state = node_state::created; // no more in the ready queue
    stop_watching(of);
    home_.release_node(of);
    task_ended(task, note);
    task.home->release(task);
}

void owned_tasks::release(entry& which) noexcept {
    auto& of = *which.by;
    stop_watching(of);
    home_.release_owned(of);
}

void owned_tasks::release_all() noexcept {
    closed_ = true;
    ended_.end(); // who waits for it is told
    list_head going;
    while (!watchers_.empty()) {
        auto& first = watcher_of(*watchers_.next);
        stop_watching(first);
        going.push_back(static_cast<list_entry&>(first));
    }
    while (!going.empty()) home_.release_owned(watcher_of(going.pop_front()));
}

void owned_tasks::cancel_all() noexcept {
    visit_present(watchers_, [&](links& each) {
        auto& task = *watcher_of(each).node::root;
        if (task.state != node_state::done) home_.cancel(task, cancel_cause::owner);
    });
}

void owned_tasks::check_not_own(node& waiter) const {
    for (auto* at = &waiter; at != nullptr;) {
        if (!at->is(is_root)) {
            at = at->awaiter;
            continue;
        }
        for (auto const* each = watchers_.next; each != &watchers_; each = each->next) {
            auto const& of = static_cast<watcher const&>(static_cast<list_entry const&>(*each));
            if (of.node::root == at) raise<misuse>("a task awaits the end of all tasks of its own owner: of itself");
        }
        at = at->is(is_branch) ? at->listener->owner() : nullptr;
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
