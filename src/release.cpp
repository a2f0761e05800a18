// How tasks end early: released by their owners, cancelled by request, or because their scheduler
// goes.
//
// All of this may run users' code: destructors of frames and results, finally blocks, which may
// release or cancel others, or the same task, or turn the host's loop. So the rule is: lists first,
// users' code last. A function here takes a node out of the lists that it is in and marks it as
// running before anything of the user's runs, and touches neither the node nor a list behind that.
#include <switchback/detail/cancel_scope.hpp>
#include <switchback/detail/core.hpp>

#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

node& core::innermost(node& n) noexcept {
    auto* at = &n;
    while (at->awaits == awaited_kind::child && at->state != node_state::ready) at = at->child;
    return *at;
}

// Releases made during a release, by the members of the frames that die, are done one after the
// other, before the outermost one returns.
void core::doom(node& n) noexcept {
    if (releasing_) {
        n.awaiter = nullptr;
        (last_doomed_ == nullptr ? first_doomed_ : last_doomed_->awaiter) = &n;
        last_doomed_ = &n;
        return;
    }
    releasing_ = true;
    ++held_; // so that this object outlives the loop
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    {
        aside const kept(*this);
        release_all_doomed(&n);
    }
    stack_floor = floor;
    releasing_ = false;
    if (to_settle_ && turns_ == 0) ask_for_a_turn();
    --held_;
    if (orphaned_ && held_ == 0) delete this;
}

void core::release_last(node& root) noexcept {
#if SB_DEBUG_CHECKS
    if (std::this_thread::get_id() != thread_) {
        give_up("a task's last future was dropped on a thread that is not its scheduler's");
    }
#endif
    if (is_listed(root)) return;
    if (root.is(is_shielded) && root.state != node_state::done) return; // it frees itself
    doom(root);
}

void core::release_owned(node& holder) noexcept {
#if SB_DEBUG_CHECKS
    if (std::this_thread::get_id() != thread_) {
        give_up("an owner of tasks was destroyed on a thread that is not its scheduler's");
    }
#endif
    doom(holder);
}

void core::release_all_doomed(node* doomed) noexcept {
    while (doomed != nullptr) {
        if (doomed->state == node_state::done) {
            free_root(*doomed);
        } else if (doomed->state == node_state::waiting && doomed->awaits == awaited_kind::timer &&
                   !doomed->is_guarded() && !doomed->is(is_marked)) {
            timers_.remove(*doomed); // as cancel_now would, of a sleeper whom nobody watches
            destroy_unfinished(*doomed);
            --unfinished_;
            free_root(*doomed);
        } else if (SB_DETAIL_UNLIKELY(!doomed->is(is_root))) {
            end_owned(*doomed);
        } else {
            cancel_now(*doomed, cancel_cause::release);
        }
        doomed = take_doomed();
    }
}

void core::end_owned(node& holder) noexcept {
    auto& root = *holder.root;
    release_node(holder);
    root.clear(is_shielded);
    if (root.references > 1 && root.state != node_state::done) cancel_now(root, cancel_cause::release);
    release(root);
}

node* core::take_doomed() noexcept {
    auto* const doomed = first_doomed_;
    if (doomed == nullptr) return nullptr;
    first_doomed_ = std::exchange(doomed->awaiter, nullptr);
    if (first_doomed_ == nullptr) last_doomed_ = nullptr;
    return doomed;
}

// A task ends because nobody wants it: before this returns, frames that no try guards are destroyed,
// innermost first, without any throw. From the first that one guards on, its clean-up runs to where
// it has to wait.
void core::cancel_now(node& root, cancel_cause cause) noexcept {
    if (closing_ && !root.is(is_branch)) { // told by whoever held it: not once more in the same round
        unlink(prefix_of(root));
        roots_.push_back(prefix_of(root));
    }
    auto* n = &innermost(root);
    if (n->state == node_state::running) {
        defer_running(root, is_deferred, cause);
        return;
    }
    if (n->awaits == awaited_kind::object && clean_up_ &&
        n->object->forward_cancel(*n, {cancel_how::release, cause})) {
        return;
    }
    unhook(*n);
    if ((n->flags & (is_injected | is_cancelled)) != 0) forget_request(*n);
    auto const owes = take_owed(*n);
    for (;;) {
        if (n->is_guarded() && clean_up_) {
            n->set(is_injected);
            n->set(is_cancelled);
            n->set_cause(cause);
            run(n);
            settle(owes);
            return;
        }
        destroy_unfinished(*n);
        if (n->is(is_root)) break;
        auto* const parent = n->awaiter;
        parent->awaits = awaited_kind::nothing;
        parent->state = node_state::running;
        release_node(*n);
        n = parent;
    }
    n->state = node_state::done;
    n->awaits = awaited_kind::nothing;
    n->set(has_failed);
    n->set(was_looked_at); // by whoever has let go of it
    end(*n);
    if (owes.child != nullptr || owes.root != nullptr) settle(owes);
}

// ---- Requests

bool core::request_cancel(node& root, cancel_cause cause) noexcept {
    if (root.state == node_state::done) return false;
    auto& waiter = innermost(root);
    if (waiter.state == node_state::running) {
        defer_running(root, cancel_deferred, cause);
    } else if (inject(waiter, {cancel_how::request, cause})) {
        forget_scope(waiter);
    }
    return true;
}

void core::cancel(cancel_scope& scope, cancel_cause cause) noexcept {
    if (scope.asks_ != cancel_scope::asks::nothing) return; // it has asked, and was not heard yet
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    withdraw(scope); // its deadline
    scope.was_cancelled_ = true;
    scope.cause_ = cause;
    request_cancel_in(scope);
    stack_floor = floor;
}

void core::request_cancel_in(cancel_scope& scope) noexcept {
    auto& waiter = innermost(*scope.owner_);
    if (waiter.state == node_state::running) {
        scope.asks_ = cancel_scope::asks::later;
        deferred_scopes_.push_back(scope);
        ask_to_settle();
    } else if (inject(waiter, {cancel_how::request, scope.cause_, &scope})) {
        forget_scope(waiter);
        waiter.set(is_scoped);
        scope.asks_ = cancel_scope::asks::now;
        scope.asked_ = &waiter;
        undelivered_scopes_.push_back(scope);
    }
}

// The waiter is to be resumed with a cancellation. False: with another one, that counts for more; or
// what it waits for sees to that.
bool core::inject(node& waiter, cancel_request const& what) noexcept {
    if (waiter.is(is_injected)) { // it has been told already, and not heard it yet
        if (!waiter.is(is_scoped)) return false;
        cancel_request const told{cancel_how::request, waiter.cause(), &undelivered_to(waiter)};
        if (!what.is_outside(told)) return false;
    } else {
        if (waiter.awaits == awaited_kind::object && waiter.object->forward_cancel(waiter, what)) {
            return false;
        }
        unhook(waiter); // what it holds is let go of when it runs
        waiter.set(is_injected);
        waiter.set(is_cancelled);
        make_ready(waiter);
    }
    waiter.set_cause(what.cause);
    return true;
}

// What a node is resumed with. It has been heard then.
cancel_request core::take_request(node& n) noexcept {
    cancel_request what{cancel_how::request, n.cause()};
    if (n.is(is_scoped)) what.scope = &undelivered_to(n);
    forget_request(n);
    return what;
}

void core::forget_request(node& n) noexcept {
    forget_scope(n);
    n.clear(is_injected);
    n.clear(is_cancelled);
}

void core::forget_scope(node& n) noexcept {
    if (n.is(is_scoped)) withdraw(undelivered_to(n));
}

// Nearly always the first: they are delivered in the order in which they were made.
cancel_scope& core::undelivered_to(node& n) noexcept {
    auto* at = undelivered_scopes_.next;
    while (static_cast<cancel_scope*>(static_cast<node*>(at))->asked_ != &n) at = at->next;
    return *static_cast<cancel_scope*>(static_cast<node*>(at));
}

void core::withdraw(cancel_scope& scope) noexcept {
    switch (std::exchange(scope.asks_, cancel_scope::asks::nothing)) {
    case cancel_scope::asks::nothing: unhook(scope); break; // of a deadline
    case cancel_scope::asks::later: unlink(scope); break;
    case cancel_scope::asks::now:
        unlink(scope);
        scope.asked_->clear(is_scoped);
        break;
    }
    scope.state = node_state::created;
}

// Takes the node out of the list that it is in; what it waits for gives it back. What it owes to
// that stays noted in it. Runs no user's code but that of a waitable.
void core::unhook(node& n) noexcept {
    bool const was_ready = n.state == node_state::ready;
    if (was_ready) unlink(n);
    if (n.awaits == awaited_kind::object) {
        n.object->abandon(n);
        n.awaits = awaited_kind::nothing;
    } else if (n.awaits == awaited_kind::timer) {
        if (!was_ready) timers_.remove(n);
        n.awaits = awaited_kind::nothing;
    } else if (n.awaits == awaited_kind::result && !was_ready) {
        auto& awaited = *n.root;
        if (n.next == &n) {
            awaited.awaiter = nullptr;
        } else {
            if (awaited.awaiter == &n) awaited.awaiter = static_cast<node*>(n.next);
            unlink(n);
        }
    }
}

// A node that does not wait any more has a reference to the root that it awaited, or the child that
// had ended and whose result was not taken.
core::owed core::take_owed(node& n) noexcept {
    switch (std::exchange(n.awaits, awaited_kind::nothing)) {
    case awaited_kind::child: return {n.child, nullptr};
    case awaited_kind::result: return {nullptr, n.root};
    default: return {nullptr, nullptr};
    }
}

void core::settle(owed what) noexcept {
    if (what.child != nullptr) {
        if (what.child->is(has_result) && what.child->type->destroy_result != nullptr) {
            what.child->type->destroy_result(*what.child);
        }
        release_node(*what.child);
    }
    if (what.root != nullptr) release(*what.root);
}

// ---- What has to wait until a step has left the C++ stack

// False: there is no memory to list it.
bool core::defer(node& root, node_flag why, cancel_cause cause) noexcept {
    if (!is_listed(root)) {
        if (settled_ != 0 && settled_ >= deferred_.size() / 2) {
            deferred_.erase(deferred_.begin(), deferred_.begin() + static_cast<std::ptrdiff_t>(settled_));
            settled_ = 0;
        }
        SB_DETAIL_TRY { deferred_.push_back(&root); }
        SB_DETAIL_CATCH_ALL { return false; }
    }
    root.set(why);
    if (!root.is(is_cancelled)) root.set_cause(cause);
    ask_to_settle();
    return true;
}

// There is room for as many as the C++ stack has for steps within one another, or nearly so.
void core::defer_running(node& root, node_flag why, cancel_cause cause) noexcept {
    if (!defer(root, why, cause)) give_up("no memory to note that a task which runs is to end");
}

void core::ask_to_settle() noexcept {
    to_settle_ = true;
    if (turns_ == 0) ask_for_a_turn();
}

// One after the other, and only those that are there: what is still on the stack is listed again.
void core::settle_deferred() noexcept {
    list_head scopes;
    scopes.splice_back(deferred_scopes_);
    to_settle_ = false;
    for (auto left = deferred_.size() - settled_; left > 0 && !deferred_.empty(); --left) {
        auto& root = *deferred_[settled_++];
        if (settled_ == deferred_.size()) {
            deferred_.clear(); // and its memory stays
            settled_ = 0;
        }
        bool const at_once = root.is(is_deferred);
        root.clear(is_deferred);
        root.clear(cancel_deferred);
        if (root.references == 0 && (!root.is(is_shielded) || root.state == node_state::done)) {
            ++root.references;
            release(root);
        } else if (root.state != node_state::done) {
            if (at_once) {
                cancel_now(root, root.cause()); // a branch whose join was released
            } else {
                request_cancel(root, root.cause());
            }
        }
    }
    while (!scopes.empty()) {
        auto& scope = static_cast<cancel_scope&>(static_cast<node&>(scopes.pop_front()));
        scope.asks_ = cancel_scope::asks::nothing;
        request_cancel_in(scope);
    }
    if (!deferred_.empty() || !deferred_scopes_.empty()) ask_to_settle();
}

void core::destroy_unfinished(node& n) noexcept {
    n.state = node_state::running;
    destroy_frame(n);
    if (n.is(has_result) && n.type->destroy_result != nullptr) n.type->destroy_result(n);
}

void core::cancel_branch(node& root, cancel_how how) noexcept {
    // Where memory is short, the C++ stack is what there is.
    if (stack_position() < stack_floor && defer(root, cancel_deferred, cancel_cause::group)) return;
    if (how == cancel_how::request) {
        request_cancel(root, cancel_cause::group);
    } else {
        cancel_now(root, cancel_cause::group);
    }
}

void core::cancel_branches(list_head& branches, cancel_how how) noexcept {
    visit_present(branches, [&](links& prefix) {
        auto& root = root_of(prefix);
        if (root.state != node_state::done) cancel_branch(root, how);
    });
}

// Each task once, as if its last future had gone. Futures that there still are keep their nodes.
void core::cancel_all() noexcept {
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    visit_present(roots_, [&](links& prefix) {
        auto& root = root_of(prefix);
        if (root.state != node_state::done) cancel_last_time(root);
    });
    stack_floor = floor;
}

void core::cancel_last_time(node& root) noexcept {
    ++root.references; // it is still there afterwards
    cancel_now(root, cancel_cause::closing);
    if (--root.references == 0 && root.state == node_state::done && !is_listed(root)) {
        free_root(root);
    }
}

// ---- Async generators

namespace {

// What a generator waits for that stands at a yield: whoever asks for the next value.
class nobody final : public waitable {
    void abandon(node&) noexcept override {}
    bool forward_cancel(node&, cancel_request const&) noexcept override { return false; }
};
nobody nobody_asks;

} // namespace

void core::adopt_generator(node& n) noexcept {
    n.home = this;
    generators_.push_back(prefix_of(n));
    ++held_;
}

void core::forget_generator(node& n) noexcept {
    unlink(prefix_of(n));
    let_go();
}

void core::make_root_of_generator(node& n) noexcept {
    unlink(prefix_of(n));
    --held_;
    n.awaiter = nullptr; // whoever asked last
    auto const references = n.references;
    adopt_waiting(n, nobody_asks);
    n.references = references; // of whoever has it, and of an operation whose outcome was not taken yet
}

void core::release_generator(node& n) noexcept {
    make_root_of_generator(n);
    ++n.references;
    release(n);
}

// Whoever has one still finds that it has ended.
void core::close_generators() noexcept {
    auto const floor = std::exchange(stack_floor, stack_position() - stack_for_awaits);
    visit_present(generators_, [&](links& prefix) {
        auto& n = root_of(prefix);
        if (n.state != node_state::created) return; // it has ended
        make_root_of_generator(n);
        cancel_last_time(n);
    });
    stack_floor = floor;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
