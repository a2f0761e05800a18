// What is known of some tasks beside their nodes, which have no room for it: their names, and the values of
// sb::task_local objects.
//
// It stands in a table, by the task's root; `is_marked` says that a root is in there. A program that uses
// neither has no table, and its tasks none of this. The table outlives no task: an entry's values go when
// the task has ended, its name then or, where an error is still to be reported, with the root.
#pragma once

#include <switchback/detail/node.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// The values that task_local objects have in one task: pointers to what never changes, so that a task which
// is started gets a copy of no more than these. They are few, and looked at one after the other.
class task_values {
public:
    using value = std::shared_ptr<void const>;

    // Null: it has none.
    void const* find(std::uint64_t key) const noexcept {
        for (auto const& each : all_) {
            if (each.first == key) return each.second.get();
        }
        return nullptr;
    }
    // Gives back the one before it, or null. Does not allocate where there was one.
    value exchange(std::uint64_t key, value fresh) {
        for (auto& each : all_) {
            if (each.first == key) return std::exchange(each.second, std::move(fresh));
        }
        if (fresh != nullptr) all_.emplace_back(key, std::move(fresh));
        return nullptr;
    }

private:
    std::vector<std::pair<std::uint64_t, value>> all_;
};

// A number for each task_local: an address may be given twice.
std::uint64_t next_task_local() noexcept;

class task_marks {
public:
    struct entry {
        std::string name{};
        std::shared_ptr<task_values> values{};
    };

    // Throws std::bad_alloc.
    entry& make(node& root) {
        auto& made = of_[&root];
        root.set(is_marked);
        return made;
    }
    // Null: it has none.
    entry* find(node const& root) noexcept { return root.is(is_marked) ? &of_.find(&root)->second : nullptr; }
    void forget(node& root) noexcept {
        root.clear(is_marked);
        of_.erase(&root);
    }

private:
    std::unordered_map<node const*, entry> of_;
};

// The root of the task that a node belongs to.
inline node& root_above(node& n) noexcept {
    auto* at = &n;
    while (!at->is(is_root)) at = at->awaiter;
    return *at;
}

// Null: it has no name.
std::string const* name_of(node& root) noexcept;
// A task that has ended keeps the name that it has.
void set_name(node& root, std::string&& name);

// The values of the task that a node belongs to; where it has none yet, null, or an empty set of them.
std::shared_ptr<task_values> const* values_of(node& n) noexcept;
std::shared_ptr<task_values> const& own_values_of(node& n);

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
