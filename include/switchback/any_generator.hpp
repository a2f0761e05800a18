// A generator whose frame's type is not told: what a header can export, and a container hold.
//
//     sb::any_generator<int> primes();              // in a header
//
//     sb::any_generator<int> primes() {             // in one .cpp file
//         return sieve{};
//     }
//
//     for (int n : primes()) { if (n > 100) break; std::cout << n << ' '; }
//
// It is made of a frame, or of an sb::generator that has not begun, whose context has the very same
// Y, Sent and Returned, and speaks the whole protocol of sb::generator. A resumption is one indirect
// call. A generator belongs to one thread at a time.
//
// It has the size any_generator_size. A small frame lies in it, and nothing is allocated: small is
// one whose sb::generator takes no more than any_generator_size less two pointers, and that can be
// moved without an exception. Any other frame lies in a block of its own. So does every frame that is
// given with an allocator, whatever its size.
//
// It may be moved before its first step, and where its frame lies in a block at any time; otherwise a
// move throws moved_after_start and changes nothing, since the body may have pointers to the frame's
// members. Who wants to move a generator that has begun gives an allocator:
//
//     sb::any_generator<int> g{std::allocator_arg, std::allocator<std::byte>{}, sieve{}};
//
// One that is empty, made of nothing or moved from, is like one that has ended.
#pragma once

#include <switchback/detail/generator_iterator.hpp>
#include <switchback/generator.hpp>
#include <switchback/yield_from.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// sizeof(any_generator<Y, Sent, Returned>), whatever these are.
inline constexpr std::size_t any_generator_size = 64;

namespace detail {

struct nothing_to_send {};

// What any_generator calls, but for next(): the generator's protocol, and how it is moved.
template <class Y, class Sent, class Returned>
class erased_generator {
public:
    using pointer = std::remove_reference_t<Y>*;
    using sent = std::conditional_t<std::is_void_v<Sent>, nothing_to_send, Sent>;
    using returned = std::conditional_t<std::is_void_v<Returned>, void, maybe<Returned>>;

    erased_generator() = default;
    erased_generator(erased_generator const&) = delete;
    erased_generator& operator=(erased_generator const&) = delete;
    virtual ~erased_generator() = default;

    virtual pointer send(sent&& value) = 0;
#if SB_DETAIL_EXCEPTIONS
    virtual pointer throw_(std::exception_ptr error) = 0;
    virtual bool visible() const noexcept = 0;
    virtual bool may_be_visible() const noexcept = 0;
    virtual void note_context(failure& leaving) const noexcept = 0;
#endif
    virtual returned close() = 0;
    virtual returned take_returned() = 0;
    virtual generator_status status() const noexcept = 0;

    virtual bool is_something() const noexcept = 0;
    virtual bool can_be_moved() const noexcept = 0;
    virtual void move_to(void* room) = 0; // throws nothing where it can be moved
};

// A frame that lies in its any_generator.
template <class F>
class place_within {
public:
    template <class... A>
    explicit place_within(A&&... arguments) : held_(static_cast<A&&>(arguments)...) {}
    place_within(place_within&&) = default;

    generator<F>& operator*() noexcept { return held_; }
    generator<F> const& operator*() const noexcept { return held_; }
    bool can_be_moved() const noexcept { return held_.status() == generator_status::created; }

private:
    generator<F> held_;
};

// A frame that lies in a block, with the allocator that the block is from.
template <class F, class Allocator>
class place_outside {
    struct block {
        template <class... A>
        explicit block(Allocator const& from, A&&... arguments)
            : allocator(from), held(static_cast<A&&>(arguments)...) {}

        Allocator allocator;
        generator<F> held;
    };
    using block_allocator = typename std::allocator_traits<Allocator>::template rebind_alloc<block>;
    using block_traits = std::allocator_traits<block_allocator>;
    using block_pointer = typename block_traits::pointer;

public:
    template <class... A>
    explicit place_outside(std::allocator_arg_t, Allocator const& allocator, A&&... arguments) {
        struct guard {
            block_allocator from;
            block_pointer room;
            ~guard() {
                if (room != nullptr) block_traits::deallocate(from, room, 1);
            }
        };
        block_allocator from(allocator);
        auto const room = block_traits::allocate(from, 1);
        guard building{from, room};
        block_ = ::new (static_cast<void*>(SB_DETAIL_ADDRESS_OF(*room)))
            block(allocator, static_cast<A&&>(arguments)...);
        building.room = nullptr;
    }
    place_outside(place_outside&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    ~place_outside() {
        if (block_ == nullptr) return;
        block_allocator from(block_->allocator);
        block_->~block();
        block_traits::deallocate(from, std::pointer_traits<block_pointer>::pointer_to(*block_), 1);
    }

    generator<F>& operator*() noexcept { return block_->held; }
    generator<F> const& operator*() const noexcept { return block_->held; }
    bool can_be_moved() const noexcept { return true; }

private:
    block* block_;
};

template <class F>
using erased_of = erased_generator<typename generator<F>::yield_type,
    typename generator<F>::sent_type, typename generator<F>::return_type>;

template <class F, class Place>
class erased_in final : public erased_of<F> {
    using base = erased_of<F>;

public:
    template <class... A>
    explicit erased_in(A&&... arguments) : place_(static_cast<A&&>(arguments)...) {}

    // Of the object that lies there. (To ask first what next() asks anyway costs nothing, and keeps
    // what is rare out of the way of what is not.)
    static typename base::pointer next_of(void* room) {
        auto& of = **std::launder(static_cast<erased_in*>(room));
        if (SB_DETAIL_UNLIKELY(of.refuses())) return next_rarely(of);
        return of.next();
    }
    typename base::pointer send(typename base::sent&& value) override {
        if constexpr (std::is_same_v<typename base::sent, nothing_to_send>) {
            return nullptr; // any_generator does not compile it
        } else {
            return (*place_).send(static_cast<typename base::sent&&>(value));
        }
    }
#if SB_DETAIL_EXCEPTIONS
    typename base::pointer throw_(std::exception_ptr error) override {
        return (*place_).throw_(static_cast<std::exception_ptr&&>(error));
    }
    bool visible() const noexcept override { return (*place_).visible(); }
    bool may_be_visible() const noexcept override { return (*place_).may_be_visible(); }
    void note_context(failure& leaving) const noexcept override { (*place_).note_context(leaving); }
#endif
    typename base::returned close() override { return (*place_).close(); }
    typename base::returned take_returned() override {
        if constexpr (!std::is_void_v<typename base::returned>) return (*place_).take_returned();
    }
    generator_status status() const noexcept override { return (*place_).status(); }

    bool is_something() const noexcept override { return true; }
    bool can_be_moved() const noexcept override { return place_.can_be_moved(); }
    void move_to(void* room) override { ::new (room) erased_in(static_cast<Place&&>(place_)); }

private:
    generator<F>& operator*() noexcept { return *place_; }
    SB_DETAIL_COLD static typename base::pointer next_rarely(generator<F>& of) { return of.next(); }

    Place place_;
};

// What an empty any_generator holds. It has ended.
template <class Y, class Sent, class Returned>
class erased_nothing final : public erased_generator<Y, Sent, Returned> {
    using base = erased_generator<Y, Sent, Returned>;

public:
    static typename base::pointer next_of(void*) { return nullptr; }
    typename base::pointer send(typename base::sent&&) override { return nullptr; }
#if SB_DETAIL_EXCEPTIONS
    typename base::pointer throw_(std::exception_ptr error) override {
        if (error == nullptr) detail::raise<nothing_thrown>();
        std::rethrow_exception(static_cast<std::exception_ptr&&>(error));
    }
    bool visible() const noexcept override { return false; }
    bool may_be_visible() const noexcept override { return false; }
    void note_context(failure&) const noexcept override {}
#endif
    typename base::returned close() override { return typename base::returned(); }
    typename base::returned take_returned() override { return typename base::returned(); }
    generator_status status() const noexcept override { return generator_status::closed; }

    bool is_something() const noexcept override { return false; }
    bool can_be_moved() const noexcept override { return true; }
    void move_to(void* room) override { ::new (room) erased_nothing; }
};

// What an any_generator is made of: a generator's frame, or a generator.
template <class G, bool IsFrame = is_frame<G>>
struct erasable : std::false_type {};
template <class F>
struct erasable<F, true> : std::bool_constant<access::is_generator<context_of<F>>()> {
    using frame = F;
};
template <class F>
struct erasable<generator<F>, false> : std::true_type {
    using frame = F;
};

template <class G>
using plain_of = std::remove_cv_t<std::remove_reference_t<G>>;

} // namespace detail

template <class Y, class Sent = void, class Returned = void>
class any_generator {
    using erased = detail::erased_generator<Y, Sent, Returned>;
    using nothing = detail::erased_nothing<Y, Sent, Returned>;
    // A generator's, also where a std::uint64_t asks for less (32-bit x86), and its table's.
    static constexpr std::size_t room_alignment =
        alignof(detail::control) > alignof(void*) ? alignof(detail::control) : alignof(void*);
    static constexpr std::size_t room_size = any_generator_size - room_alignment;

public:
    using yield_type = Y;
    using sent_type = Sent;
    using return_type = Returned;
    using value_type = std::remove_cv_t<std::remove_reference_t<Y>>;
    using pointer = std::remove_reference_t<Y>*;
    using iterator = detail::generator_iterator<any_generator>;

    // Whether such a frame lies within: then nothing is allocated for it.
    template <class F>
    static constexpr bool holds_within =
        sizeof(detail::erased_in<F, detail::place_within<F>>) <= room_size &&
        alignof(detail::erased_in<F, detail::place_within<F>>) <= room_alignment &&
        std::is_nothrow_move_constructible_v<F>;

    any_generator() noexcept { put<nothing>(); }

    // From a frame, which is moved or copied, or from an sb::generator, which is moved: throws
    // moved_after_start if that one has begun.
    template <class G, class Kind = detail::erasable<detail::plain_of<G>>,
        class = std::enable_if_t<Kind::value>>
    any_generator(G&& frame) {
        build<typename Kind::frame>(static_cast<G&&>(frame));
    }
    // Builds the frame in place, from what an aggregate or a constructor takes.
    template <class F, class... A>
    explicit any_generator(std::in_place_type_t<F>, A&&... arguments) {
        build<F>(std::in_place, static_cast<A&&>(arguments)...);
    }
    // The same, with the frame in a block of the allocator's.
    template <class Allocator, class G, class Kind = detail::erasable<detail::plain_of<G>>,
        class = std::enable_if_t<Kind::value>>
    any_generator(std::allocator_arg_t, Allocator const& allocator, G&& frame) {
        build_outside<typename Kind::frame>(allocator, static_cast<G&&>(frame));
    }
    template <class Allocator, class F, class... A>
    any_generator(std::allocator_arg_t, Allocator const& allocator, std::in_place_type_t<F>,
        A&&... arguments) {
        build_outside<F>(allocator, std::in_place, static_cast<A&&>(arguments)...);
    }

    // Leaves `other` empty, or throws moved_after_start.
    any_generator(any_generator&& other) : next_(other.next_) {
        other.held().move_to(room_);
        other.held().~erased();
        other.template put<nothing>();
    }
    // Closes what it held, as the destructor does. Throws moved_after_start, and already_running from
    // within its own body.
    any_generator& operator=(any_generator&& other) {
        if (status() == generator_status::running) detail::throw_already_running();
        any_generator taken(static_cast<any_generator&&>(other));
        held().~erased();
        taken.held().move_to(room_);
        next_ = taken.next_;
        return *this;
    }
    // As sb::generator's.
    ~any_generator() { held().~erased(); }

    // False where it is empty. One that has ended is not.
    explicit operator bool() const noexcept { return held().is_something(); }
    // Whether a move would succeed now.
    bool can_be_moved() const noexcept { return held().can_be_moved(); }

    // All as sb::generator's.
    pointer next() { return next_(room_); }
    template <class S>
    pointer send(S&& value) {
        using sent = typename erased::sent;
        static_assert(!std::is_void_v<Sent>,
            "send(): nothing can be sent to this generator; its type must say "
            "sb::any_generator<Y, Sent>");
        static_assert(std::is_void_v<Sent> || std::is_constructible_v<sent, S&&>,
            "send(): this value is not of the type that the generator takes");
        if constexpr (std::is_constructible_v<sent, S&&>) {
            return held().send(static_cast<sent>(static_cast<S&&>(value)));
        } else {
            return nullptr;
        }
    }
#if SB_DETAIL_EXCEPTIONS
    pointer throw_(std::exception_ptr error) {
        return held().throw_(static_cast<std::exception_ptr&&>(error));
    }
    template <class E, class = std::enable_if_t<!std::is_convertible_v<E, std::exception_ptr>>>
    pointer throw_(E error) {
        return throw_(std::make_exception_ptr(static_cast<E&&>(error)));
    }
#endif
    auto close() { return held().close(); }
    typename erased::returned take_returned() {
        static_assert(!std::is_void_v<Returned>, "take_returned(): this generator returns nothing");
        return held().take_returned();
    }
    generator_status status() const noexcept { return held().status(); }
#if SB_DETAIL_EXCEPTIONS
    // For delegation.
    bool visible() const noexcept { return held().visible(); }
    bool may_be_visible() const noexcept { return held().may_be_visible(); }
    void note_context(detail::failure& leaving) const noexcept { held().note_context(leaving); }
    static constexpr bool is_found_by_its_word = false;
#endif

    iterator begin() { return {*this, next()}; }
    iterator end() noexcept { return {}; }

private:
    // In the room lies one object, which begins with its base class.
    erased& held() noexcept { return *std::launder(reinterpret_cast<erased*>(room_)); }
    erased const& held() const noexcept {
        return *std::launder(reinterpret_cast<erased const*>(room_));
    }
    template <class T, class... A>
    void put(A&&... arguments) {
        ::new (static_cast<void*>(room_)) T(static_cast<A&&>(arguments)...);
        next_ = &T::next_of;
    }

    template <class F, class... A>
    static constexpr bool check_frame() {
        if constexpr (!detail::erasable<F>::value) {
            static_assert(detail::always_false<F>,
                "sb::any_generator is made of a generator's frame: a class or mutable lambda with one "
                "operator(), sb::step operator()(sb::yields<Y, Sent, Returned>& co)");
            return false;
        } else if constexpr (!std::is_base_of_v<erased, detail::erased_of<F>>) {
            static_assert(detail::always_false<F>,
                "sb::any_generator<Y, Sent, Returned>: the frame's context must be sb::yields or "
                "sb::delegates of exactly these types");
            return false;
        } else {
            constexpr bool can_be_made = std::is_constructible_v<generator<F>, A...>;
            static_assert(can_be_made,
                "sb::any_generator: a generator is moved in, by std::move(g); a frame that cannot be "
                "moved is built in place, by any_generator(std::in_place_type<Frame>, arguments…)");
            return can_be_made;
        }
    }

    // From what generator<F> is made of.
    template <class F, class... A>
    void build(A&&... arguments) {
        if constexpr (!check_frame<F, A&&...>()) {
        } else if constexpr (holds_within<F>) {
            put<detail::erased_in<F, detail::place_within<F>>>(static_cast<A&&>(arguments)...);
        } else {
            build_outside<F>(std::allocator<std::byte>(), static_cast<A&&>(arguments)...);
        }
    }
    template <class F, class Allocator, class... A>
    void build_outside(Allocator const& allocator, A&&... arguments) {
        if constexpr (check_frame<F, A&&...>()) {
            put<detail::erased_in<F, detail::place_outside<F, Allocator>>>(
                std::allocator_arg, allocator, static_cast<A&&>(arguments)...);
        }
    }

    pointer (*next_)(void* room); // apart, for the one call that loops are made of
    alignas(room_alignment) unsigned char room_[room_size];
};

template <class F, class C = detail::context_of<F>>
any_generator(F)
    -> any_generator<typename C::yield_type, typename C::sent_type, typename C::return_type>;
template <class F>
any_generator(generator<F>) -> any_generator<typename generator<F>::yield_type,
    typename generator<F>::sent_type, typename generator<F>::return_type>;

namespace detail {

// SB_YIELD_FROM takes it like an sb::generator.
template <class Y, class Sent, class Returned>
struct is_generator<any_generator<Y, Sent, Returned>> : std::true_type {};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
