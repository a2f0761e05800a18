#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/standing.hpp>
#    include <switchback/detail/wait_list.hpp>
#    include <switchback/testing/stage.hpp>

#    include <algorithm>
#    include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {
namespace detail_of_stage {

using detail::awaited_kind;
using detail::node;
using detail::node_state;

// What a program has come to: where each task stands, what it waits for and since when, in which order the ready
// ones may go on, which timers run; and what the program says.
//
// Nothing is told by its address, which is another one in each run: a task by the order of all, an object by where
// it lies in the program or in a task's frame.
class survey final : public detail::task_visitor {
public:
    explicit survey(stage& of) : of_(of), core_(detail::scheduler_access::core_of(*of.scheduler_)) {
        for (auto const& each : of.actors_) {
            auto* const root = each->root();
            found_ << (root == nullptr);
            if (root != nullptr) visit(*root);
        }
        core_.show_tasks(*this);
    }

    std::uint64_t take(detail::list_head const* ready) {
        for (auto* each : all_) tell(*each);
        forget_gone();
        if (ready != nullptr) tell_ready(*ready);
        tell_timers();
        found_ << of_.disturbed_ << of_.delays_ << of_.disturbed_actors_;
        if (of_.workers_ != nullptr) tell_jobs(*of_.workers_);
        of_.tell_state_(found_);
        return found_.value();
    }

    // From the root to the innermost frame, and the tasks inside what that waits for.
    void visit(node& root) noexcept override {
        for (auto* at = &root;; at = at->child) {
            if (!numbers_.emplace(at, all_.size()).second) return;
            all_.push_back(at);
            if (at->state == node_state::done) return;
            if (at->awaits == awaited_kind::object) at->object->show_tasks(*this);
            if (at->awaits != awaited_kind::child || at->state == node_state::ready) return;
        }
    }

private:
    std::size_t number_of(node const* n) const {
        auto const at = numbers_.find(n);
        return at == numbers_.end() ? 0 : at->second + 1;
    }

    static bool lies_in(void const* what, void const* begin, std::size_t size) {
        auto const offset = reinterpret_cast<std::uintptr_t>(what) - reinterpret_cast<std::uintptr_t>(begin);
        return offset < size;
    }
    static std::uint64_t distance(void const* from, void const* to) {
        return reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
    }

    void tell_object(void const* what) {
        if (what == static_cast<detail::waitable*>(&detail::nothing_owed)) {
            found_ << 1;
        } else if (what == static_cast<detail::waitable*>(&detail::gone_object)) {
            found_ << 2;
        } else if (lies_in(what, of_.program_, of_.program_size_)) {
            found_ << 3 << distance(of_.program_, what);
        } else if (auto* const around = frame_around(what)) {
            found_ << 4 << number_of(around) << distance(around, what);
        } else { // somewhere else: the first, the second such …
            found_ << 5 << objects_.emplace(what, objects_.size()).first->second;
        }
    }
    node* frame_around(void const* what) const {
        for (auto* each : all_) {
            if (lies_in(what, each, each->type->size)) return each;
        }
        return nullptr;
    }

    void tell(node& n) {
        found_ << n.type->name << n.path << n.state << n.awaits << n.flags;
        for (auto* at = n.records(); at != nullptr; at = at->below) {
            found_ << at->level << (at->what.error == nullptr ? std::string() : describe(at->what.error));
        }
        if (n.state == node_state::done) return;
        switch (n.awaits) {
        case awaited_kind::result: found_ << number_of(n.root); break;
        case awaited_kind::object: tell_object(n.object); break;
        default: break;
        }
        if (n.state == node_state::waiting) tell_rank(n);
        if (auto const at = of_.woken_.find(&n); at != of_.woken_.end()) tell_object(at->second);
    }

    // How many wait for the same, and have come before it.
    void tell_rank(node& n) {
        void const* where = nullptr;
        if (n.awaits == awaited_kind::result) {
            where = n.root;
        } else if (n.awaits == awaited_kind::object) {
            where = lies_in(n.object, &n, n.type->size) ? static_cast<void const*>(n.type) : n.object;
        } else {
            return;
        }
        auto& known = of_.standing_[&n];
        if (known.what != where || known.path != n.path) known = {where, n.path, of_.arrivals_++};
        std::size_t before = 0;
        for (auto const& each : of_.standing_) {
            before += each.second.what == where && each.second.since < known.since && is_there(each.first);
        }
        found_ << before;
    }
    bool is_there(node const* n) const {
        auto const at = numbers_.find(n);
        return at != numbers_.end() && all_[at->second]->state == node_state::waiting;
    }
    void forget_gone() {
        for (auto at = of_.standing_.begin(); at != of_.standing_.end();) {
            at = is_there(at->first) ? std::next(at) : of_.standing_.erase(at);
        }
    }

    // Who must not overtake whom. Of those that are free, any may be chosen: their order says nothing.
    void tell_ready(detail::list_head const& ready) {
        std::vector<std::size_t> behind(all_.size());
        for (auto* at = ready.next; at != &ready; at = at->next) {
            auto& n = *static_cast<node*>(at);
            std::size_t before = 1;
            for (auto* other = ready.next; other != at; other = other->next) {
                before += of_.keeps_behind(*static_cast<node*>(other), n);
            }
            if (auto const number = number_of(&n)) {
                behind[number - 1] = before;
            } else {
                found_ << n.type->name << before;
                tell_frameless(n);
            }
        }
        found_ << behind;
    }

    // A call, a watcher, a time limit: known by what it waits for, or by whose it is.
    void tell_frameless(node& n) {
        found_ << n.awaits;
        if (n.awaits == awaited_kind::result) found_ << number_of(n.root);
        tell_object(&n);
    }

    void tell_timers() {
        std::vector<node*> running;
        core_.visit_timers([&](node& each) { running.push_back(&each); });
        std::stable_sort(running.begin(), running.end(),
            [](node const* one, node const* other) { return one->deadline < other->deadline; });
        for (auto* each : running) {
            found_ << each->deadline - core_.now();
            if (auto const number = number_of(each)) {
                found_ << number;
            } else {
                tell_frameless(*each);
            }
        }
        found_ << running.size();
    }

    void tell_jobs(simulated_workers const& in) {
        in.visit_jobs([this](detail::pool_job const& each, std::uint64_t time_left) {
            found_ << number_of(each.waiter()) << time_left;
        });
        found_ << in.begun() << in.running();
    }

    stage& of_;
    detail::core& core_;
    fingerprint found_;
    std::map<node const*, std::size_t> numbers_;
    std::map<void const*, std::size_t> objects_;
    std::vector<node*> all_;
};

} // namespace detail_of_stage

std::uint64_t stage::state(detail::list_head const* ready) {
    return detail_of_stage::survey(*this).take(ready);
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
