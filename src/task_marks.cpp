#include <switchback/detail/task_marks.hpp>

#include <switchback/detail/core.hpp>

#include <atomic>
#include <new>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

std::uint64_t next_task_local() noexcept {
    static std::atomic<std::uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

namespace {

task_marks::entry& entry_of(node& root) {
    auto& table = root.home->marks;
    if (table == nullptr) table = new task_marks;
    return table->make(root);
}

} // namespace

std::string const* name_of(node& root) noexcept {
    auto const* const known = root.is(is_marked) ? root.home->marks->find(root) : nullptr;
    return known == nullptr || known->name.empty() ? nullptr : &known->name;
}

void set_name(node& root, std::string&& name) {
    if (root.state != node_state::done) entry_of(root).name = std::move(name);
}

std::shared_ptr<task_values> const* values_of(node& n) noexcept {
    auto& root = root_above(n);
    auto const* const known = root.is(is_marked) ? root.home->marks->find(root) : nullptr;
    return known == nullptr || known->values == nullptr ? nullptr : &known->values;
}

std::shared_ptr<task_values> const& own_values_of(node& n) {
    auto& into = entry_of(root_above(n)).values;
    if (into == nullptr) into = std::make_shared<task_values>();
    return into;
}

// ---- The core's side

bool core::try_inherit(node& starter, node& root) noexcept {
    auto const* const from = values_of(starter);
    if (from == nullptr) return true;
    SB_DETAIL_TRY {
        auto copied = std::make_shared<task_values>(**from);
        marks->make(root).values = std::move(copied);
        return true;
    }
    SB_DETAIL_CATCH_ALL { return false; }
}

void core::inherit(node& starter, node& root) {
    if (try_inherit(starter, root)) return;
    if (root.references == 0) add_reference(root); // nobody's: it ends here
    release(root);
    raise<std::bad_alloc>();
}

// A root ends. Its values are the user's, and so destroyed last.
void core::end_marked(node& root) noexcept {
    auto& known = *marks->find(root);
    auto const unneeded = std::move(known.values);
    if (!root.is(has_failed) || known.name.empty()) marks->forget(root);
    tell_end(root);
}

void core::forget_name(node& root) noexcept { marks->forget(root); }
void core::drop_marks() noexcept { delete marks; }

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
