#include <switchback/active_object.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

queued_tasks::~queued_tasks() {
    while (queue_.take_first() != nullptr) {} // they never begin
    release_all();
    --home().queues_of_calls;
}

node* queued_tasks::queue::take_first() noexcept {
    if (!has_waiting()) return nullptr;
    auto& first = pop_first();
    first.awaits = awaited_kind::nothing;
    first.state = node_state::created;
    return &first;
}

void queued_tasks::begin_next() noexcept {
    running_ = queue_.take_first();
    if (running_ != nullptr) home().make_ready(*running_);
}

// Or it has left the queue.
void queued_tasks::task_ended(node& task, entry*) noexcept {
    if (&task == running_) begin_next();
}

namespace {

bool is_task_of(node const& root, node& frame) noexcept {
    for (auto* at = &frame; at != nullptr;) {
        if (at == &root) return true;
        at = !at->is(is_root) ? at->awaiter : at->is(is_branch) ? at->listener->owner() : nullptr;
    }
    return false;
}

} // namespace

// From task to task that the awaited one waits for: does that lead by way of a queue of calls back to this task?
void core::check_not_behind(node& waiter, node& awaited) {
    bool is_queued = false;
    auto* at = &awaited;
    for (int left = most_looked_behind; left > 0 && at != nullptr; --left) {
        if (is_queued && is_task_of(*at, waiter)) raise<would_wait_for_itself>();
        auto const& inner = innermost(*at);
        if (inner.state != node_state::waiting) return;
        if (inner.awaits == awaited_kind::result) {
            at = inner.root;
        } else if (inner.awaits == awaited_kind::object) {
            at = inner.object->holder();
            is_queued = true;
        } else {
            return;
        }
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
