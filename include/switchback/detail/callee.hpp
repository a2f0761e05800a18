// Frames that a delegating generator makes as it goes: each in a block of its own, chained to the one
// that waits for it. The outermost generator knows the innermost frame, so that a resumption goes
// straight to it, at any depth.
#pragma once

#include <switchback/detail/access.hpp>
#include <switchback/detail/conversation.hpp>
#include <switchback/detail/frame_traits.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/escaped_stop.hpp>
#    include <switchback/unhandled.hpp>
#endif

#include <cstddef>
#include <new>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_HOSTED

// Blocks for such frames: the thread's own free lists, in a header because generators link with
// nothing. Small blocks are kept until the thread ends.
struct block_lists {
    struct block {
        block* next;
    };
    static constexpr std::size_t unit = 32;
    static constexpr std::size_t count = 17; // of 32, 64, … 512 bytes
    static constexpr int most = 1024;        // blocks in a list
    constexpr block_lists() {
        for (auto& each : room) each = 1;
    }

    block* first[count]{};
    int room[count]{}; // so many blocks on, somebody looks how long the list is, and where the thread is
    // given back: the thread ends, and keeps nothing more
    enum { untouched, kept, given_back } state = untouched;
};
inline thread_local block_lists own_blocks;

struct block_lists_cleaner {
    block_lists_cleaner() { own_blocks.state = block_lists::kept; }
    ~block_lists_cleaner() {
        own_blocks.state = block_lists::given_back;
        for (auto& room : own_blocks.room) room = 1;
        for (auto*& list : own_blocks.first) {
            while (list != nullptr) ::operator delete(std::exchange(list, list->next));
        }
    }
};

// A thread that has blocks gives them back at its end.
inline void arm_cleaner() { static thread_local block_lists_cleaner const cleaner; }

SB_DETAIL_COLD inline void* new_block(std::size_t size) {
    if (own_blocks.state == block_lists::untouched) arm_cleaner();
    return ::operator new(size);
}
inline void keep_block(void* given, std::size_t list) noexcept {
    auto* const block = static_cast<block_lists::block*>(given);
    block->next = own_blocks.first[list];
    own_blocks.first[list] = block;
}
// The list may be full: frames may be made on one thread and end on another, where none are made. Or
// this thread is ending.
SB_DETAIL_COLD inline void release_block(void* given, std::size_t list) noexcept {
    if (own_blocks.state == block_lists::untouched) arm_cleaner();
    if (own_blocks.state == block_lists::given_back) {
        own_blocks.room[list] = 1;
        ::operator delete(given);
        return;
    }
    int length = 0;
    for (auto* at = own_blocks.first[list]; at != nullptr; at = at->next) ++length;
    for (; length >= block_lists::most; length -= block_lists::most / 2) {
        for (int i = 0; i < block_lists::most / 2; ++i) {
            auto*& first = own_blocks.first[list];
            ::operator delete(std::exchange(first, first->next));
        }
    }
    own_blocks.room[list] = block_lists::most - length;
    keep_block(given, list);
}

template <std::size_t Size>
struct block_of {
    static constexpr std::size_t list = (Size + block_lists::unit - 1) / block_lists::unit;
    static constexpr bool is_kept = !SB_DETAIL_ASAN && list < block_lists::count;

    SB_DETAIL_INLINE static void* allocate() {
        if constexpr (is_kept) {
            auto*& first = own_blocks.first[list];
            if (SB_DETAIL_UNLIKELY(first == nullptr)) return new_block(list * block_lists::unit);
            return std::exchange(first, first->next);
        } else {
            return ::operator new(Size);
        }
    }
    SB_DETAIL_INLINE static void release(void* given) noexcept {
        if constexpr (is_kept) {
            if (SB_DETAIL_UNLIKELY(--own_blocks.room[list] == 0)) {
                release_block(given, list);
            } else {
                keep_block(given, list);
            }
        } else {
            ::operator delete(given);
        }
    }
};

#else

template <std::size_t Size>
struct block_of {
    static void* allocate() { return ::operator new(Size); }
    static void release(void* given) noexcept { ::operator delete(given); }
};

#endif

template <class Y, class Sent>
struct callee;

template <class Y, class Sent>
struct callee_type {
    step (*resume)(callee<Y, Sent>&);           // destroys the frame where it ends
    void (*destroy)(callee<Y, Sent>&) noexcept; // frame and block
};

// The header of such a frame. Behind it lies the context of its body.
template <class Y, class Sent>
struct callee {
    explicit callee(callee_type<Y, Sent> const& type_) noexcept : type(&type_) {}

    callee* caller; // set by whoever runs it; null: the outermost generator's own frame
    callee_type<Y, Sent> const* type;

    step resume() { return type->resume(*this); }
    void destroy() noexcept { type->destroy(*this); }

    using conversation_type = conversation<Y, Sent, true>;
    conversation_type& state() noexcept {
        return *std::launder(
            reinterpret_cast<conversation_type*>(reinterpret_cast<char*>(this) + sizeof(callee)));
    }
    conversation_type const& state() const noexcept { return const_cast<callee&>(*this).state(); }
};

// The whole of it.
template <class F>
struct callee_frame final : callee<typename context_of<F>::yield_type, typename context_of<F>::sent_type> {
    using context_type = context_of<F>;
    using header = callee<typename context_type::yield_type, typename context_type::sent_type>;

    static_assert(sizeof(header) % alignof(context_type) == 0,
        "SB_YIELD_FROM: what a frame that is made on the spot yields, is sent and returns cannot be "
        "aligned beyond two pointers");
    static_assert(alignof(F) <= alignof(std::max_align_t),
        "SB_YIELD_FROM: a frame that is made on the spot cannot be aligned beyond std::max_align_t");

    context_type context;
    union {
        F frame; // gone once the path says closed
    };

    template <class Make>
    explicit callee_frame(Make& make)
        : header(type), frame(make()) {}
    ~callee_frame() {
        if (access::body(context).path == path_closed) return;
        access::body(context).drop(0);
        ::switchback::detail::destroy(frame);
    }

    template <class Make>
    SB_DETAIL_INLINE static callee_frame* make_new(Make& make) {
        struct guard {
            void* block = block_of<sizeof(callee_frame)>::allocate();
            ~guard() {
                if (block != nullptr) block_of<sizeof(callee_frame)>::release(block);
            }
        } building;
        auto* const made = ::new (building.block) callee_frame(make);
        building.block = nullptr;
        return made;
    }
    SB_DETAIL_INLINE void destroy_whole() noexcept {
        this->~callee_frame();
        block_of<sizeof(callee_frame)>::release(this);
    }
    // Of one whose body has ended: the frame itself is gone by then.
    SB_DETAIL_INLINE void release_ended() noexcept {
        context.~context_type();
        block_of<sizeof(callee_frame)>::release(this);
    }

    auto& body() noexcept { return access::body(context); }

private:
    SB_DETAIL_FLATTEN static step resume_frame(header& at) {
        auto& self = static_cast<callee_frame&>(at);
        auto& body = access::body(self.context);
        step outcome;
        SB_DETAIL_TRY {
            do {
                outcome = self.frame(self.context);
            } while (SB_DETAIL_UNLIKELY(outcome == step::again));
        }
        SB_DETAIL_CATCH_ALL {
#if SB_DETAIL_EXCEPTIONS
            body.push_caught(0);
#endif
            outcome = step::failed;
        }
        if (outcome == step::returned) {
            ::switchback::detail::destroy(self.frame);
        } else if (SB_DETAIL_UNLIKELY(outcome == step::failed)) {
            body.path = path_closed;
            ::switchback::detail::destroy(self.frame);
        }
        return outcome;
    }
    static void destroy_all(header& at) noexcept { static_cast<callee_frame&>(at).destroy_whole(); }

    static constexpr callee_type<typename header::conversation_type::yield_type,
        typename header::conversation_type::sent_type>
        type{&resume_frame, &destroy_all};
};

// What a delegating generator has on its way. The outermost frame is told by null: the generator itself
// runs it, and knows its type.
template <class Y, class Sent>
class delegation {
public:
    using frame = callee<Y, Sent>;
    using outermost = conversation<Y, Sent, true>;

    // The frame that `at` waits for has been made: it is the innermost now.
    SB_DETAIL_INLINE static frame* enter(outermost& root, frame* at) noexcept {
        auto* const made = state_of(root, at).below;
        made->caller = at;
        return made;
    }
    // The innermost frame has ended: its caller goes on, and takes the result from it.
    SB_DETAIL_INLINE static frame* leave(outermost& root, frame* ended) noexcept {
        auto* const caller = ended->caller;
        state_of(root, caller).below = ended;
        return caller;
    }
#if SB_DETAIL_EXCEPTIONS
    // An exception goes outwards from `at`, which is left alone if it can see it; frames that cannot
    // are destroyed. Where it was kept for a frame, true; `at` is that frame.
    SB_DETAIL_COLD static bool route(outermost& root, frame*& at, failure& what) {
        auto const own_path = std::exchange(root.path, path_running); // for destructors that ask
        while (at != nullptr && !at->state().visible()) {
            auto* const caller = at->caller;
            at->state().note_context(what);
            convert_stop(what);
            at->destroy();
            at = root.below = caller;
        }
        root.path = own_path;
        auto& state = state_of(root, at);
        if (!state.visible()) return false;
        state.push_incoming(static_cast<failure&&>(what));
        return true;
    }
    // The innermost frame has failed.
    SB_DETAIL_COLD static failure take_failure(outermost& root, frame*& at) noexcept {
        auto what = at->state().take();
        convert_stop(what);
        auto* const caller = at->caller;
        at->destroy();
        at = root.below = caller;
        return what;
    }
    // Closes all frames, the innermost first, as PEP 380 has it: each sees the generator_exit, or what
    // the one that it waits for has made of it. `what` is what the outermost is to see.
    SB_DETAIL_COLD static void close_all(outermost& root, failure& what) {
        failure closing{generator_exit_ptr()};
        while (root.below != nullptr) close_innermost(root, closing);
        if (match<generator_exit>(closing.error) == nullptr) std::swap(what, closing);
        discard(closing);
    }
#endif
    SB_DETAIL_COLD static void destroy_all(outermost& root) noexcept { destroy_until(root, nullptr); }

private:
    SB_DETAIL_INLINE static outermost& state_of(outermost& root, frame* at) noexcept {
        return at == nullptr ? root : at->state();
    }

#if SB_DETAIL_EXCEPTIONS
    // Throws `what` into the innermost frame and destroys it, whatever comes of that. Its caller sees a
    // generator_exit where it returns; an ignored_exit where it yields; else what it raises.
    static void close_innermost(outermost& root, failure& what) {
        auto* const closed = root.below;
        if (run_closed(root, closed, what) == step::yielded) {
            // Nobody holds it any more, so it is closed once more, and nobody hears of what it does.
            failure again{generator_exit_ptr()};
            while (root.below != closed) close_innermost(root, again);
            if (run_closed(root, closed, again) == step::yielded) {
                report_unraisable(std::make_exception_ptr(ignored_exit{}));
                destroy_until(root, closed->caller);
            } else if (match<generator_exit>(again.error) == nullptr) {
                report_unraisable(again.error);
            }
            discard(again);
            what = failure{std::make_exception_ptr(ignored_exit{})};
        }
    }
    // Runs that frame, into which `what` is thrown, and those that it makes. yielded: it lives, and so
    // may others within it. Otherwise it is gone, and `what` is what its caller sees.
    static step run_closed(outermost& root, frame* closed, failure& what) {
        auto* const caller = closed->caller;
        auto* at = closed;
        if (!catch_within(root, at, caller, what)) return step::failed;
        for (;;) {
            switch (at->resume()) {
            case step::yielded: root.below = at; return step::yielded;
            case step::called: at = root.below = enter(root, at); break;
            case step::returned:
                if (at == closed) {
                    at->state().path = path_closed; // its frame is gone, by its own end
                    at->destroy();
                    root.below = caller;
                    what = failure{generator_exit_ptr()};
                    return step::returned;
                }
                at = leave(root, at);
                root.below = at;
                break;
            default:
                what = take_failure(root, at);
                if (at == caller || !catch_within(root, at, caller, what)) return step::failed;
                break;
            }
        }
    }
    // The exception is kept for the first frame from `at` outwards that can see it, before `end`; those
    // that cannot are destroyed.
    static bool catch_within(outermost& root, frame*& at, frame* end, failure& what) {
        while (!at->state().visible()) {
            auto* const caller = at->caller;
            at->state().note_context(what);
            convert_stop(what);
            at->destroy();
            at = root.below = caller;
            if (at == end) return false;
        }
        at->state().push_incoming(static_cast<failure&&>(what));
        return true;
    }
#endif
    static void destroy_until(outermost& root, frame* end) noexcept {
        while (root.below != end) {
            auto* const innermost = root.below;
            root.below = innermost->caller;
            innermost->destroy();
        }
    }
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
