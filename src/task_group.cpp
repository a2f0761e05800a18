#include <switchback/task_group.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/attached.hpp>
#    include <switchback/detail/match.hpp>
#    include <switchback/unhandled.hpp>

#    include <algorithm>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct group_scope::watcher final : node, group_scope::list_entry {
    watcher(group_scope& group_, node& task_) noexcept
        : node(group_.home, type_of_watchers), list_entry{{nullptr, nullptr}}, group(&group_), task(&task_) {}

    group_scope* group;
    node* task; // a reference to it
};

frame_type const group_scope::type_of_watchers{&group_scope::task_has_ended, nullptr, nullptr, nullptr,
    "a task group", nullptr, sizeof(watcher), alignof(watcher)};

std::size_t const group_scope::size_of_watchers = sizeof(watcher);

group_scope::watcher& group_scope::watcher_of(links& entry) noexcept {
    return static_cast<watcher&>(static_cast<list_entry&>(entry));
}

// A block that was not left in the usual way: its scheduler goes, say.
group_scope::~group_scope() {
    close();
    while (!watchers_.empty()) {
        auto& each = watcher_of(*watchers_.next);
        auto& task = *each.task;
        if (task.state == node_state::done) {
            task.clear(was_looked_at); // its error is still to be told to somebody
        } else if (task.references > 1) { // otherwise to forget it does that
            task.home->cancel_branch(task, cancel_how::release);
        }
        forget(each);
    }
}

// ---- Its tasks

void group_scope::watch(node& task, void* memory) noexcept {
    auto* const fresh = ::new (memory) watcher(*this, task);
    watchers_.push_back(static_cast<list_entry&>(*fresh));
    ++running_;
    home->adopt(task, 1);
    fresh->awaits = awaited_kind::result;
    fresh->node::root = &task;
    home->wait_for_root(*fresh, task);
    if (stopping_) home->cancel_branch(task, cancel_how::request);
}

step group_scope::task_has_ended(node& n) {
    auto& of = static_cast<watcher&>(n);
    of.state = node_state::created;
    of.awaits = awaited_kind::nothing;
    of.group->take_end_of(of);
    return step::suspended;
}

void group_scope::take_end_of(watcher& of) noexcept {
    auto& task = *of.task;
    bool const failed = task.is(has_failed) && !core::is_cancelled_result(task);
    if (--running_ == 0 && leaver_ != nullptr && leaver_->state == node_state::waiting) {
        home->make_ready(*leaver_);
    }
    if (!failed) {
        forget(of); // last, since it destroys the result
        return;
    }
    task.set(was_looked_at);
    if (stopping_) return;
    stop(cancel_how::request);
    if (!leaving_) cancel_scope::cancel(cancel_cause::group);
}

void group_scope::forget(watcher& of) noexcept {
    auto& task = *of.task;
    unlink(static_cast<list_entry&>(of));
    task.home->stop_waiting(of);
    of.~watcher();
    task.home->release_node(of);
    task.home->release(task);
}

// Those that there are at the beginning: to cancel one may run the user's code.
void group_scope::stop(cancel_how how) noexcept {
    stopping_ = true;
    visit_present(watchers_, [&](links& entry) {
        auto& task = *watcher_of(entry).task;
        if (task.state != node_state::done) home->cancel_branch(task, how);
    });
    if (how == cancel_how::release) take_ends();
}

// Of tasks that have ended, and whose watchers are still in the ready queue.
void group_scope::take_ends() noexcept {
    visit_present(watchers_, [&](links& entry) {
        auto& of = watcher_of(entry);
        if (of.state != node_state::ready) return;
        unlink(static_cast<node&>(of));
        task_has_ended(of);
    });
}

void group_scope::cancel_all(cancel_cause cause) noexcept {
    stop(cancel_how::request);
    if (!leaving_) cancel_scope::cancel(cause);
}

// ---- The end of the block

bool group_scope::begin_to_leave(node& self, failure* leaving) {
    leaving_ = true;
    home->withdraw(*this);
    if (leaving != nullptr && is_release(*leaving)) {
        stop(cancel_how::release);
    } else if (leaving != nullptr && !stopping_) { // once: a second request would interrupt their clean-up
        stop(cancel_how::request);
    }
    if (running_ == 0) return false;
    leaver_ = &self;
    self.object = this;
    self.awaits = awaited_kind::object;
    self.state = node_state::waiting;
    return true;
}

scope_end group_scope::leave(node& self, failure* leaving) {
    leaver_ = nullptr;
    if (self.is(is_injected)) note(home->take_request(self));
    self.awaits = awaited_kind::nothing;
    close();
    auto* const outer = leaving == nullptr ? nullptr : outer_request_in(*leaving);
    bool const was_cancelled_here = // at this very await
        was_cancelled_ && (outer == nullptr || cancelled_by_.is_outside(request_of(*outer)));
    if (outer != nullptr) note(request_of(*outer));
    bool const was_raised = leaving != nullptr && match<cancelled>(leaving->error) == nullptr;
    auto raised = errors(was_raised ? leaving : nullptr);
    if (!raised.empty()) {
        failure group;
        group.error = std::make_exception_ptr(exception_group(std::move(raised)));
        self.home->set_in_flight(std::move(group));
        if (was_cancelled_) self.home->ask_again(self, cancelled_by_);
        return scope_end::raised;
    }
    if (was_cancelled_here) {
        self.home->set_in_flight(self.home->cancellation(cancelled_by_));
        return scope_end::raised;
    }
    if (leaving == nullptr || !has_asked_for(*leaving)) return scope_end::as_it_was;
    if (outer == nullptr) return scope_end::swallowed;
    put_first(*leaving, *outer);
    return scope_end::as_it_was;
}

std::vector<exception_group::member> group_scope::errors(failure* own) {
    std::vector<exception_group::member> found;
    auto const add = [&](failure const& what) {
        found.push_back({what.error, what.gathered == nullptr ? traceback() : traceback(*what.gathered)});
        for (auto& more : attached_in(what.gathered)) found.push_back(std::move(more));
    };
    if (own != nullptr) add(*own);
    for (auto* at = watchers_.next; at != &watchers_; at = at->next) add(watcher_of(*at).task->record_at(0)->what);
    while (!watchers_.empty()) forget(watcher_of(*watchers_.next));
    return found;
}

void group_scope::note(cancel_request const& what) noexcept {
    if (!was_cancelled_ || what.is_outside(cancelled_by_)) cancelled_by_ = what;
    was_cancelled_ = true;
}

void group_scope::abandon(node&) noexcept { leaver_ = nullptr; }

bool group_scope::waits_for_running(std::size_t& left) const noexcept {
    for (auto* at = watchers_.next; at != &watchers_; at = at->next) {
        auto& task = *watcher_of(*at).task;
        if (task.state != node_state::done && !core::waits_for_running(task, left)) return false;
    }
    return running_ != 0;
}

bool group_scope::forward_cancel(node& waiter, cancel_request const& what) noexcept {
    note(what);
    leaver_ = nullptr; // not to be woken meanwhile
    stop(what.how);
    if (running_ == 0 && what.how == cancel_how::release) return false;
    leaver_ = &waiter;
    if (waiter.state == node_state::ready) {
        unlink(waiter);
        waiter.state = node_state::waiting;
    }
    if (running_ == 0) home->make_ready(waiter);
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
