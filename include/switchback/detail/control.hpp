// What every body keeps across its suspensions: the path, and one word for exceptions that handlers
// and finally blocks have still to deal with. Sixteen bytes, with or without a try in the body; the
// path alone where there are no exceptions.
#pragma once

#include <switchback/detail/path.hpp>

#if SB_DETAIL_EXCEPTIONS
#    include <switchback/detail/records.hpp>
#else
#    include <switchback/detail/failure.hpp>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_DETAIL_EXCEPTIONS

// Who owns one drops its records before it goes: a destructor here would be in the way of every
// generator that has none.
class control {
public:
    control() = default;
    control(control const&) = delete;
    control& operator=(control const&) = delete;

    alignas(8) path_t path = path_not_begun; // aligned so that its address has bits to spare

    SB_DETAIL_INLINE record* records() const noexcept { return records_in(pending_); }
    SB_DETAIL_INLINE record* record_at(int level) const noexcept {
        auto* const top = records();
        return top != nullptr && top->level == level ? top : nullptr;
    }
    // The same, where records of inner tries may lie above.
    SB_DETAIL_INLINE record* find_record(int level) const noexcept {
        return find_in(records(), level);
    }
    // The cold functions take the word and give it back, not `this`: handing out the address of a
    // context would keep it in memory, and a generator's loop from dissolving into registers. Taking
    // the list out of it and putting it back is left to them, so that a body stays small enough to be
    // inlined.
    SB_DETAIL_INLINE void drop(int level) noexcept {
        if (SB_DETAIL_UNLIKELY(pending_ != 0)) pending_ = word_without(pending_, level);
    }
    // The topmost exception is raised, for the try at that level to see.
    SB_DETAIL_INLINE void reroute(int level) noexcept { pending_ = word_rerouted(pending_, level); }
    SB_DETAIL_INLINE void push(failure&& what, int level, void* memory = nullptr) {
        drop(level);
        set_records(push_record(static_cast<failure&&>(what), level, records(), memory));
    }
    // The exception that C++ has just caught.
    SB_DETAIL_INLINE void push_caught(int level) { pending_ = word_with_caught(pending_, level); }
    // An exception is raised here: while another is being dealt with?
    SB_DETAIL_INLINE void note_context(failure& raised, int dropped_from = levels + 1) const noexcept {
        if (auto* const top = records(); top != nullptr) note_handled(raised, top, dropped_from);
    }
    // The exception that is being dealt with here; null if there is none. Python: sys.exc_info.
    SB_DETAIL_INLINE record* handled() const noexcept { return exception_in(records()); }

    // A return waits for the finally at that level, and its value is to be had again.
    bool has_kept(int level) const noexcept { return kept_in(records(), level) != nullptr; }
    // Takes over what was allocated with new.
    void keep(kept_value* value, int level) { set_records(keep_in(records(), value, level)); }
    kept_value* kept(int level) const noexcept { return kept_in(records(), level); }
    // Unlike `push`, keeps what is being handled. Only where the body is visible.
    SB_DETAIL_INLINE void push_incoming(failure&& what) {
        auto* const incoming = push_record(static_cast<failure&&>(what), incoming_level, records());
        incoming->owner = this;
        set_records(incoming);
        path |= thrown_in;
    }
    // The topmost one's; the record goes.
    SB_DETAIL_INLINE failure take() noexcept {
        auto* const top = records();
        failure what;
        swap(what, top->what);
        set_records(drop_records(top, top->level));
        return what;
    }
    // The same, with the record, which is the caller's then.
    SB_DETAIL_INLINE record* take_record() noexcept {
        auto* const top = records();
        auto* const below = top->below;
        set_records(below == nullptr ? nullptr : drop_records(below, top->level));
        return top;
    }

    // A generator's: whether its body is suspended where a try of its own, or of a generator that it
    // delegates to, would see an exception.
    bool visible() const noexcept { return visible_in(pending_); }

    // Said at a yield that some try may see, and taken back behind it. While it stands, the word
    // leads back to this object: who closes the generator finds it there, and code that closes
    // generators need not be handed an address. A body without a try has no such yield, its word is
    // always 0, and its generator's address is known to nobody: so the optimiser can take it apart.
    template <class S>
    SB_DETAIL_INLINE void set_visible() noexcept {
        if constexpr (!S::can_raise) {
            pending_ = as_word(this);
        } else if (auto* const top = records()) {
            top->owner = this;
            pending_ |= visible_bit;
        } else {
            pending_ = as_word(this);
        }
    }
    // The same for one that is so because the generator is to which it delegates. Its own address is
    // found from that one's, for the reason given above.
    template <class S>
    SB_DETAIL_INLINE void set_visible_behind(control const& other) noexcept {
        if constexpr (S::can_raise) {
            set_visible<S>();
        } else {
            auto const distance =
                reinterpret_cast<std::uintptr_t>(this) - reinterpret_cast<std::uintptr_t>(&other);
            auto const word = other.pending_;
            pending_ = distance + ((word & self_bit) != 0 ? word : as_word(records_in(word)->owner));
        }
    }
    // What a body leaves behind when it yields in scope S.
    template <class S>
    SB_DETAIL_INLINE void suspend() noexcept {
        if constexpr (S::guard != 0) {
            set_visible<S>();
        } else if constexpr (S::can_raise) {
            if (auto* const top = records()) top->owner = this;
        }
    }
    template <class S>
    SB_DETAIL_INLINE void clear_visible() noexcept {
        if constexpr (!S::can_raise) {
            pending_ = 0;
        } else {
            clear_visible();
        }
    }
    SB_DETAIL_INLINE void clear_visible() noexcept {
        pending_ = (pending_ & self_bit) != 0 ? 0 : pending_ & ~visible_bit;
    }
    static bool visible_in(std::uintptr_t pending) noexcept { return (pending & visible_bit) != 0; }
    static record* records_in(std::uintptr_t pending) noexcept {
        return (pending & self_bit) != 0 ? nullptr : reinterpret_cast<record*>(pending & ~bits);
    }
    // The object whose word that is: one that is visible.
    static control& visible_at(std::uintptr_t pending) noexcept {
        return (pending & self_bit) != 0 ? *reinterpret_cast<control*>(pending & ~bits)
                                         : *reinterpret_cast<record*>(pending & ~bits)->owner;
    }
    std::uintptr_t pending() const noexcept { return pending_; }

    // The exceptions that this body has still to deal with: the caller's now.
    SB_DETAIL_INLINE record* give_up_records() noexcept {
        auto* const top = records();
        pending_ = 0;
        return top;
    }

private:
    static constexpr std::uintptr_t visible_bit = 1;
    static constexpr std::uintptr_t self_bit = 2; // the address is this object's, not a record's
    static constexpr std::uintptr_t bits = visible_bit | self_bit;

    static std::uintptr_t as_word(control const* visible) noexcept {
        return reinterpret_cast<std::uintptr_t>(visible) | self_bit | visible_bit;
    }
    static std::uintptr_t word_of(record* top, std::uintptr_t before) noexcept {
        return reinterpret_cast<std::uintptr_t>(top) | (before & visible_bit);
    }
    void set_records(record* top) noexcept { pending_ = word_of(top, pending_); }

    SB_DETAIL_COLD static std::uintptr_t word_without(std::uintptr_t pending, int level) noexcept {
        auto* const top = records_in(pending);
        return top == nullptr ? pending : word_of(drop_records(top, level), pending);
    }
    SB_DETAIL_COLD static std::uintptr_t word_rerouted(std::uintptr_t pending, int level) noexcept {
        return word_of(reroute_record(records_in(pending), level), pending & ~visible_bit);
    }
    SB_DETAIL_COLD static std::uintptr_t word_with_caught(std::uintptr_t pending, int level) {
        return word_of(push_caught_record(level, records_in(pending)), pending);
    }

    std::uintptr_t pending_ = 0;
};

static_assert(sizeof(control) <= 16);

#else

// Nothing is caught, so nothing waits to be dealt with, and nobody but the body itself sees an end.
class control {
public:
    control() = default;
    control(control const&) = delete;
    control& operator=(control const&) = delete;

    path_t path = path_not_begun;

    static void drop(int) noexcept {}
    static void reroute(int) noexcept {}
    static void push(failure&&, int) noexcept {}
    static void note_context(failure&, int = 0) noexcept {}
    static failure take() noexcept { return {}; }
    static constexpr bool has_kept(int) noexcept { return false; }
    static constexpr void* records() noexcept { return nullptr; }

    static constexpr bool visible() noexcept { return false; }
    static constexpr bool pending() noexcept { return false; }
    template <class S>
    static void suspend() noexcept {}
    template <class S>
    static void clear_visible() noexcept {}
    static void clear_visible() noexcept {}
};

#endif

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
