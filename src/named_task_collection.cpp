#include <switchback/named_task_collection.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

named_tasks::slot::~slot() {
    delete current;
    while (!ending.empty()) delete &static_cast<named&>(ending.pop_front());
}

// One that has ended, and whose end has not come here yet, has its name no more.
named_tasks::named* named_tasks::slot::running() const noexcept {
    return current == nullptr || current->task->state == node_state::done ? nullptr : current;
}

named_tasks::named const* named_tasks::find_current(std::string_view name) const {
    auto const found = slots_.find(name);
    return found == slots_.end() ? nullptr : found->second.running();
}

named_tasks::slot* named_tasks::slot_of(std::string const& name) {
    auto const at = slots_.try_emplace(name).first;
    at->second.self = at;
    return &at->second;
}

void named_tasks::drop_unused(slot& of) noexcept {
    if (!of.is_used()) slots_.erase(of.self);
}

void named_tasks::replace(slot& in, std::unique_ptr<named> fresh, bool waits) {
    SB_DETAIL_TRY { set_name(*fresh->task, std::string(in.self->first)); }
    SB_DETAIL_CATCH_ALL {} // it is for reports alone
    fresh->in = &in;
    std::unique_ptr<named> before(std::exchange(in.current, fresh.release()));
    if (before == nullptr) return;
    if (!waits) {
        end_now(std::move(before));
        return;
    }
    in.ended.shut();
    auto& task = *before->task;
    in.ending.push_back(*before.release());
    if (task.state != node_state::done) home().cancel(task, cancel_cause::owner);
}

// What is known of it goes behind that: nothing else refers to it.
void named_tasks::end_now(std::unique_ptr<named> one) noexcept { release(*one); }

void named_tasks::task_ended(node&, entry* note) noexcept {
    std::unique_ptr<named> const one(static_cast<named*>(note));
    auto& in = *one->in;
    if (in.current == one.get()) {
        in.current = nullptr;
    } else {
        unlink(*one);
        if (in.ending.empty()) in.ended.open();
    }
    drop_unused(in);
}

std::size_t named_tasks::size() const {
    std::size_t count = 0;
    for (auto const& each : slots_) count += each.second.running() != nullptr;
    return count;
}

std::vector<std::string> named_tasks::names() const {
    std::vector<std::string> found;
    for (auto const& each : slots_) {
        if (each.second.running() != nullptr) found.push_back(each.first);
    }
    return found;
}

bool named_tasks::cancel(std::string_view name) {
    auto const* const found = find_current(name);
    if (found == nullptr) return false;
    home().cancel(*found->task, cancel_cause::owner);
    return true;
}

bool named_tasks::drop(std::string_view name) {
    if (find_current(name) == nullptr) return false;
    auto& in = slots_.find(name)->second;
    std::unique_ptr<named> one(std::exchange(in.current, nullptr));
    drop_unused(in);
    end_now(std::move(one));
    return true;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
