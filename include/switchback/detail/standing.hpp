// Where tasks stand that have not ended: for those who ask what a program waits for.
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/detail/standing.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/task_scheduler.hpp>
#include <switchback/traceback.hpp>

#include <algorithm>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

struct scheduler_access {
    static core& core_of(task_scheduler const& of) noexcept { return *of.core_; }
};

// A task's frames, from its own to the one that waits, each with the line of its await.
inline traceback frames_of(node& root) {
    trace gathered;
    for (auto* at = &core::innermost(root);; at = at->awaiter) {
        root.home->place_of(*at);
        gathered.add(at->type, at->path);
        if (at != &root) continue;
        auto const* const name = name_of(root);
        return traceback(gathered, name == nullptr ? std::string() : *name);
    }
}

// Whose end a task waits for; null where it waits for something else.
inline node* awaited_by(node& root) noexcept {
    auto const& inner = core::innermost(root);
    bool const waits = inner.state == node_state::waiting && inner.awaits == awaited_kind::result;
    return waits ? inner.root : nullptr;
}

// A task, the one whose end it waits for, and so on; the last may wait for one of them.
inline std::vector<node*> waiting_from(node& root) {
    std::vector<node*> found;
    for (auto* at = &root; at != nullptr; at = awaited_by(*at)) {
        if (std::find(found.begin(), found.end(), at) != found.end()) break;
        found.push_back(at);
    }
    return found;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
