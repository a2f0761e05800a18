// A started frame lives in a node: this header, room for its result, and the frame itself, in one
// block of memory.
//
// Who owns a node: a child belongs to the frame that awaits it; a root to its futures, and once they
// are gone, to its scheduler until it has finished. The ready queue, timers and wait lists borrow
// it, and are made to give it back before it is freed.
#pragma once

#include <switchback/detail/control.hpp>
#include <switchback/detail/frame_memory.hpp>
#include <switchback/detail/links.hpp>
#include <switchback/detail/place.hpp>
#include <switchback/errors.hpp>
#include <switchback/step.hpp>

#include <atomic>
#include <string_view>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

class cancel_scope;
class core;
struct node;

// What is known of all frames of one type.
struct frame_type {
    // Runs the body to its next suspension or its end. At its end the frame is destroyed, and an
    // exception is in flight (see core).
    step (*resume)(node&);
    // Asks the body where it stands in the source, by resuming it with a path of that meaning.
    void (*describe)(node&);
    void (*destroy_frame)(node&) noexcept;  // null where there is nothing to destroy
    void (*destroy_result)(node&) noexcept; // null where there is nothing to destroy
    std::string_view name;
    std::atomic<place const*>* where; // null until it was asked for
    std::size_t size;                 // of the whole node
    std::size_t alignment;
    // Where a node is not its awaiter's alone: what is done in place of releasing its memory.
    void (*let_go)(node&) noexcept = nullptr;
};

enum class node_state : std::uint8_t { created, ready, running, waiting, done };

// What a node is waiting for, and so what the word `awaited` holds.
enum class awaited_kind : std::uint8_t { nothing, child, timer, result, object };

enum node_flag : std::uint16_t {
    is_root = 1,
    is_branch = 2,      // a root whose end is told to a `join`
    has_prefix = 4,     // a list link lies before the node in memory: roots, and what may become one
    has_result = 8,     // the result is there, and has to be destroyed
    has_failed = 16,    // finished with an exception, which its topmost record holds
    was_looked_at = 32, // somebody has seen how it ended
    is_injected = 64,   // to be resumed with an exception: the one in flight, or …
    is_cancelled = 128, // … a cancellation
    is_deferred = 256,  // to be released or cancelled once its step has left the C++ stack
    cancel_deferred = 512,
    is_marked = 1024,    // a root of which something is known beside its node: see task_marks
    is_scoped = 2048,    // is_cancelled by a scope, which awaits its delivery (see cancel_scope)
    // … three bits for the cancel_cause …
    is_shielded = 32768,  // a root that is no branch: it goes on when its last future has gone
    frees_itself = 32768, // a branch: its success leaves nothing to be taken
};
constexpr int cause_shift = 12;
constexpr std::uint16_t cause_mask = 7u << cause_shift;

// A request takes effect a turn later; a release before it returns, but for clean-up that waits.
enum class cancel_how : std::uint8_t { request, release };

// What is asked of a task: to leave that scope, or to end.
struct cancel_request {
    cancel_how how;
    cancel_cause cause;
    cancel_scope* scope = nullptr; // null: all of the task

    // Of two, that of the outer scope is what counts.
    bool is_outside(cancel_request const& other) const noexcept;
};

// Who looks at tasks, one after the other.
class task_visitor {
public:
    virtual void visit(node& root) noexcept = 0;

protected:
    task_visitor() = default;
    ~task_visitor() = default;
};

// Something that nodes wait in, other than those named above: a job, a join, an event.
class waitable {
public:
    // The node no longer waits here, whether or not what it waited for has come (it is then in the
    // ready queue, already unlinked from there). What it had been given goes to the next.
    virtual void abandon(node& waiter) noexcept = 0;
    // The node is cancelled, or released. False: it is to abandon this and to be resumed with the
    // cancellation. True: that is seen to here, by passing it on to tasks inside, and the node waits
    // until they have ended.
    virtual bool forward_cancel(node& waiter, cancel_request const& what) noexcept = 0;
    // The task whose end those wait for who wait here; null where it is not that of one alone.
    virtual node* holder() const noexcept { return nullptr; }
    // The tasks inside, which nobody else lists, in their order.
    virtual void show_tasks(task_visitor& to) const noexcept { static_cast<void>(to); }
    // Whether all tasks inside wait for one whose step is on the C++ stack. See core::waits_for_running.
    virtual bool waits_for_running(std::size_t& left) const noexcept {
        static_cast<void>(left);
        return false;
    }

protected:
    waitable() = default;
    ~waitable() = default;
};

class join;

struct node : links, control {
    node(core* home_, frame_type const& type_) noexcept
        : links{nullptr, nullptr}, type(&type_), home(home_), awaiter(nullptr), child(nullptr) {}

    // links: in the ready queue, a timer's slot or a wait list; never in two at once
    frame_type const* type;
    core* home;
    union {
        node* awaiter;  // a child's: the frame that awaits it. A root's: the first of those who wait
        join* listener; // a branch's
    };
    union { // what it waits for
        node* child;
        std::uint64_t deadline;
        node* root;
        waitable* object;
    };
    std::uint32_t references = 0;
    std::uint16_t flags = 0;
    node_state state = node_state::created;
    awaited_kind awaits = awaited_kind::nothing;

    bool is(node_flag flag) const noexcept { return (flags & flag) != 0; }
    void set(node_flag flag) noexcept { flags = static_cast<std::uint16_t>(flags | flag); }
    void clear(node_flag flag) noexcept { flags = static_cast<std::uint16_t>(flags & ~flag); }

    // Why it is_cancelled.
    cancel_cause cause() const noexcept {
        return static_cast<cancel_cause>((flags & cause_mask) >> cause_shift);
    }
    void set_cause(cancel_cause cause) noexcept {
        flags = static_cast<std::uint16_t>(
            (flags & ~cause_mask) | static_cast<unsigned>(cause) << cause_shift);
    }

    // Whether its body would see an exception at its await.
    bool is_guarded() const noexcept { return (path & in_try) != 0; }
};

static_assert(sizeof(void*) != 8 || SB_PATH_BITS != 64 || sizeof(node) == (has_exceptions ? 72 : 64),
    "the header of a task is counted");

// What a frame that has not come to its end leaves behind.
SB_DETAIL_INLINE void destroy_frame(node& n) noexcept {
    if (n.type->destroy_frame != nullptr) n.type->destroy_frame(n);
    n.drop(0);
}
SB_DETAIL_INLINE bool is_trivial(node& n) noexcept {
    return n.type->destroy_frame == nullptr && !(n.is(has_result) && n.type->destroy_result != nullptr);
}

// The link that lies before a root: its scheduler, or the join that it is a branch of, lists it.
constexpr std::size_t prefix_size = frame_memory::alignment;
static_assert(sizeof(links) <= prefix_size);

inline links& prefix_of(node& root) noexcept {
    return *reinterpret_cast<links*>(reinterpret_cast<char*>(&root) - prefix_size);
}
inline node& root_of(links& prefix) noexcept {
    return *reinterpret_cast<node*>(reinterpret_cast<char*>(&prefix) + prefix_size);
}

// Memory for nodes. Frames that are aligned beyond what operator new promises, from which the free
// lists have their memory, are allocated one by one.
constexpr std::size_t usual_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__ < frame_memory::alignment
                                            ? __STDCPP_DEFAULT_NEW_ALIGNMENT__
                                            : frame_memory::alignment;

template <class Node>
Node* allocate_node(frame_memory& memory, bool with_prefix) {
    if constexpr (alignof(Node) > usual_alignment) {
        auto* const block = static_cast<char*>(::operator new(
            sizeof(Node) + (with_prefix ? alignof(Node) : 0), std::align_val_t(alignof(Node))));
        return reinterpret_cast<Node*>(block + (with_prefix ? alignof(Node) : 0));
    } else {
        auto* const block = static_cast<char*>(
            memory.allocate(with_prefix ? sizeof(Node) + prefix_size : sizeof(Node)));
        return reinterpret_cast<Node*>(block + (with_prefix ? prefix_size : 0));
    }
}

SB_DETAIL_INLINE void release_node_memory(frame_memory& memory, void* node_address,
    std::size_t size, std::size_t alignment, bool with_prefix) noexcept {
    auto* const block = static_cast<char*>(node_address);
    if (alignment > usual_alignment) {
        ::operator delete(block - (with_prefix ? alignment : 0), std::align_val_t(alignment));
    } else if (with_prefix) {
        memory.release(block - prefix_size, size + prefix_size);
    } else {
        memory.release(block, size);
    }
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
