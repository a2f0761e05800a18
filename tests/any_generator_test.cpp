#include <switchback/any_generator.hpp>
#include <switchback/delegates.hpp>
#include <switchback/for.hpp>

#include "support/live.hpp"
#include "support/unhandled_log.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

using status = sb::generator_status;
using numbers = std::vector<int>;

struct upto {
    int end;
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

// The same, too large to lie within.
struct large_upto {
    int end;
    int i = 0;
    std::byte room[100] = {};
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

// Yields the sum of what it was sent, which it returns at the end; catches ints, which it adds; logs
// its end.
template <std::size_t Room>
struct summing {
    std::string* log;
    int sum = 0;
    int got = 0;
    std::byte room[Room] = {};

    sb::step operator()(sb::yields<int, int, int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            while (got >= 0) {
                SB_TRY {
                    SB_YIELD_INTO(got, sum);
                    sum += got;
                } SB_CATCH(int const& error) {
                    sum += error;
                } SB_END_TRY
            }
        } SB_FINALLY {
            *log += "ended ";
        } SB_END_TRY
        SB_RETURN(sum);
        SB_END();
    }
};
using small_summing = summing<1>;
using large_summing = summing<100>;

struct ignores_its_exit {
    int yields = 1;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
        } SB_CATCH_ALL {
            while (yields-- > 0) SB_YIELD(2);
        } SB_END_TRY
        SB_END();
    }
};

struct fails_after_one {
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        throw std::runtime_error("failed");
        SB_END();
    }
};

struct cannot_be_moved {
    explicit cannot_be_moved(int given) : value(given), at(&value) {}
    cannot_be_moved(cannot_be_moved const&) = delete;
    cannot_be_moved& operator=(cannot_be_moved const&) = delete;
    int value;
    int* at;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(*at);
        SB_YIELD(*at + 1);
        SB_END();
    }
};

struct may_throw_when_moved {
    int value = 1;
    may_throw_when_moved() = default;
    may_throw_when_moved(may_throw_when_moved&& other) : value(other.value) {}
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(value);
        SB_END();
    }
};

struct alignas(64) over_aligned {
    int i = 0;
    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(reinterpret_cast<std::uintptr_t>(this) % 64 == 0 ? 1 : 0);
        SB_END();
    }
};

// Counts what it gives out and takes back.
template <class T>
struct counting_allocator {
    using value_type = T;
    int* blocks;

    explicit counting_allocator(int* counter) : blocks(counter) {}
    template <class U>
    counting_allocator(counting_allocator<U> const& other) : blocks(other.blocks) {}
    T* allocate(std::size_t n) {
        ++*blocks;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* block, std::size_t n) {
        --*blocks;
        std::allocator<T>().deallocate(block, n);
    }
    friend bool operator==(counting_allocator const& a, counting_allocator const& b) {
        return a.blocks == b.blocks;
    }
    friend bool operator!=(counting_allocator const& a, counting_allocator const& b) {
        return a.blocks != b.blocks;
    }
};

// Counts, too, and has nothing to give.
struct has_no_memory {
    using value_type = std::byte;
    has_no_memory() = default;
    template <class U>
    struct of {
        using value_type = U;
        of() = default;
        of(has_no_memory const&) {}
        U* allocate(std::size_t) { throw std::bad_alloc(); }
        void deallocate(U*, std::size_t) {}
    };
    template <class U>
    struct rebind {
        using other = of<U>;
    };
    std::byte* allocate(std::size_t) { throw std::bad_alloc(); }
    void deallocate(std::byte*, std::size_t) {}
};

numbers all_of(sb::any_generator<int>& g) { return {g.begin(), g.end()}; }
numbers all_of(sb::any_generator<int>&& g) { return {g.begin(), g.end()}; }

sb::any_generator<int> counted(bool far, int end) {
    if (far) return large_upto{end};
    return upto{end};
}

template <class F>
sb::any_generator<int, int, int> summed(std::string& log) {
    return F{&log};
}
// A frame that lies within, and one that does not.
sb::any_generator<int, int, int> summed(bool far, std::string& log) {
    return far ? summed<large_summing>(log) : summed<small_summing>(log);
}

} // namespace

// ---- What it is made of

TEST_CASE("an any_generator has one size, whatever it yields and holds") {
    static_assert(sizeof(sb::any_generator<int>) == sb::any_generator_size);
    static_assert(sizeof(sb::any_generator<std::string, std::string, std::vector<int>>) ==
                  sb::any_generator_size);
    static_assert(sb::any_generator_size == 64);
    static_assert(sb::any_generator<int>::holds_within<upto>);
    static_assert(!sb::any_generator<int>::holds_within<large_upto>);
    static_assert(!sb::any_generator<int>::holds_within<may_throw_when_moved>);
    static_assert(!sb::any_generator<int>::holds_within<cannot_be_moved>);
    static_assert(!sb::any_generator<int>::holds_within<over_aligned>);
    static_assert(!sb::any_generator<int, int, int>::holds_within<large_summing>);
    struct two_pointers {
        void *first = nullptr, *second = nullptr;
        sb::step operator()(sb::yields<void*>& co) {
            SB_BEGIN(co);
            SB_YIELD(first);
            SB_END();
        }
    };
    static_assert(sb::any_generator<void*>::holds_within<two_pointers>);
    CHECK(sb::any_generator_size == sizeof(sb::any_generator<int&>));
}

TEST_CASE("an any_generator is made of frames and generators, and knows its own type") {
    CHECK(all_of(upto{2}) == numbers{0, 1});
    upto const copied{2};
    CHECK(all_of(copied) == numbers{0, 1});
    CHECK(all_of(sb::generator{upto{2}}) == numbers{0, 1});
    CHECK(all_of(large_upto{2}) == numbers{0, 1});
    CHECK(all_of(sb::generator{large_upto{2}}) == numbers{0, 1});
    CHECK(all_of(may_throw_when_moved{}) == numbers{1});
    CHECK(all_of(sb::any_generator<int>(std::in_place_type<over_aligned>)) == numbers{1});
    CHECK(all_of([i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (; i < 2; ++i) SB_YIELD(i * 7);
        SB_END();
    }) == numbers{0, 7});
    sb::any_generator of_a_frame{upto{2}};
    static_assert(std::is_same_v<decltype(of_a_frame), sb::any_generator<int>>);
    sb::any_generator of_a_generator{sb::generator<large_summing>(std::in_place, nullptr)};
    static_assert(std::is_same_v<decltype(of_a_generator), sb::any_generator<int, int, int>>);
    static_assert(std::is_convertible_v<upto, sb::any_generator<int>>);
    static_assert(!std::is_convertible_v<int, sb::any_generator<int>>);
}

TEST_CASE("an any_generator of a generator that has begun throws moved_after_start") {
    sb::generator begun{upto{3}};
    begun.next();
    CHECK_THROWS_AS(sb::any_generator<int>{std::move(begun)}, sb::moved_after_start);
    sb::generator large{large_upto{3}};
    large.next();
    CHECK_THROWS_AS(sb::any_generator<int>{std::move(large)}, sb::moved_after_start);
    CHECK(*large.next() == 1);
}

TEST_CASE("an any_generator builds a frame in place, one that cannot be moved as well") {
    sb::any_generator<int> small(std::in_place_type<upto>, 2);
    CHECK(all_of(small) == numbers{0, 1});
    sb::any_generator<int> g(std::in_place_type<cannot_be_moved>, 5);
    CHECK(*g.next() == 5);
    auto moved = std::move(g);
    CHECK(*moved.next() == 6);
}

TEST_CASE("an any_generator takes its block from the allocator that it is given, and gives it back") {
    int blocks = 0;
    counting_allocator<char> const allocator(&blocks);
    {
        sb::any_generator<int> small(std::allocator_arg, allocator, upto{2});
        CHECK(blocks == 1);
        sb::any_generator<int> large(std::allocator_arg, allocator, sb::generator{large_upto{2}});
        sb::any_generator<int> fixed(
            std::allocator_arg, allocator, std::in_place_type<cannot_be_moved>, 1);
        sb::any_generator<int> aligned(
            std::allocator_arg, allocator, std::in_place_type<over_aligned>);
        CHECK(blocks == 4);
        auto moved = std::move(small);
        CHECK(blocks == 4);
        CHECK(all_of(moved) == numbers{0, 1});
        CHECK(all_of(large) == numbers{0, 1});
        CHECK(all_of(fixed) == numbers{1, 2});
        CHECK(all_of(aligned) == numbers{1});
        moved = upto{1};
        CHECK(blocks == 3);
    }
    CHECK(blocks == 0);
}

TEST_CASE("an any_generator that cannot be made leaves nothing behind") {
    struct throws_when_built {
        test::live one{};
        explicit throws_when_built(int) { throw std::runtime_error("not built"); }
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_END();
        }
    };
    int blocks = 0;
    counting_allocator<char> const allocator(&blocks);
    using any = sb::any_generator<int>;
    CHECK_THROWS_AS(any(std::allocator_arg, allocator, std::in_place_type<throws_when_built>, 1),
        std::runtime_error);
    CHECK(blocks == 0);
    CHECK_THROWS_AS(any(std::in_place_type<throws_when_built>, 1), std::runtime_error);
    CHECK(test::live::count() == 0);
    CHECK_THROWS_AS(any(std::allocator_arg, has_no_memory(), upto{2}), std::bad_alloc);
}

// ---- The protocol

TEST_CASE("own AG1: next, send, throw_, close, status and the returned value are the generator's") {
    for (bool const far : {false, true}) {
        CAPTURE(far);
        std::string log;
        auto g = summed(far, log);
        CHECK(g.status() == status::created);
        CHECK_THROWS_AS(g.send(1), sb::not_started);
        CHECK(g.status() == status::created);
        CHECK(*g.next() == 0);
        CHECK(g.status() == status::suspended);
        CHECK(*g.send(5) == 5);
        short const sent = 2;
        CHECK(*g.send(sent) == 7);
        CHECK(*g.throw_(100) == 107);
        CHECK(*g.throw_(std::make_exception_ptr(1000)) == 1107);
        CHECK_FALSE(g.take_returned().has_value());
        CHECK(log == "");
        CHECK(g.send(-1) == nullptr);
        CHECK(log == "ended ");
        CHECK(g.status() == status::closed);
        CHECK(g.take_returned() == 1106);
        CHECK_FALSE(g.take_returned().has_value());
        CHECK(g.next() == nullptr);
        CHECK(g.send(1) == nullptr);
        CHECK_THROWS_AS(g.throw_(std::out_of_range("late")), std::out_of_range);
        CHECK_THROWS_AS(g.throw_(std::exception_ptr()), sb::nothing_thrown);
    }
}

TEST_CASE("own AG1: close runs finally blocks, and destruction closes") {
    for (bool const far : {false, true}) {
        CAPTURE(far);
        std::string log;
        {
            auto g = summed(far, log);
            g.next();
            CHECK_FALSE(g.close().has_value());
            CHECK(log == "ended ");
            CHECK(g.status() == status::closed);
        }
        CHECK(log == "ended ");
        {
            auto g = summed(far, log);
            g.next();
        }
        CHECK(log == "ended ended ");
        { auto g = summed(far, log); }
        CHECK(log == "ended ended ");
    }
}

TEST_CASE("own AG1: a yield while it is being closed, and what is raised in its destructor") {
    sb::any_generator<int> g{ignores_its_exit{}};
    g.next();
    CHECK_THROWS_AS(g.close(), sb::ignored_exit);
    CHECK(g.status() == status::suspended);
    CHECK(g.next() == nullptr);
    test::unhandled_log log;
    {
        sb::any_generator<int> h{ignores_its_exit{}};
        h.next();
    }
    CHECK(log.errors().size() == 1);
}

TEST_CASE("own AG1: what the body throws leaves next and closes it") {
    sb::any_generator<int> g{fails_after_one{}};
    g.next();
    CHECK_THROWS_WITH_AS(g.next(), "failed", std::runtime_error);
    CHECK(g.status() == status::closed);
    CHECK(g.next() == nullptr);
}

TEST_CASE("own AG1: it knows that it is running") {
    struct resumes_itself {
        sb::any_generator<int>* self;
        status* seen;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            *seen = self->status();
            SB_YIELD(1);
            self->next();
            SB_END();
        }
    };
    for (bool const far : {false, true}) {
        CAPTURE(far);
        auto seen = status::closed;
        sb::any_generator<int> g;
        resumes_itself const frame{&g, &seen};
        if (far) {
            g = sb::any_generator<int>(std::allocator_arg, std::allocator<int>(), frame);
        } else {
            g = frame;
        }
        g.next();
        CHECK(seen == status::running);
        CHECK_THROWS_AS(g.next(), sb::already_running);
        CHECK(g.status() == status::closed);
    }
}

TEST_CASE("own AG1: it holds frames that delegate, and yields references and what cannot be copied") {
    struct deep {
        int depth;
        sb::step operator()(sb::delegates<int>& co) {
            SB_BEGIN(co);
            if (depth > 0) SB_YIELD_FROM(deep{depth - 1});
            SB_YIELD(depth);
            SB_END();
        }
    };
    CHECK(all_of(deep{3}) == numbers{0, 1, 2, 3});

    struct each_of {
        numbers* of;
        std::size_t i = 0;
        sb::step operator()(sb::yields<int&>& co) {
            SB_BEGIN(co);
            for (; i < of->size(); ++i) SB_YIELD((*of)[i]);
            SB_END();
        }
    };
    numbers some{1, 2};
    for (int& n : sb::any_generator<int&>{each_of{&some}}) n *= 10;
    CHECK(some == numbers{10, 20});

    struct pointers {
        std::unique_ptr<int> got{};
        sb::step operator()(sb::yields<std::unique_ptr<int>, std::unique_ptr<int>>& co) {
            SB_BEGIN(co);
            SB_YIELD_INTO(got, std::make_unique<int>(1));
            SB_YIELD(std::move(got));
            SB_END();
        }
    };
    sb::any_generator<std::unique_ptr<int>, std::unique_ptr<int>> g{pointers{}};
    CHECK(**g.next() == 1);
    CHECK(**g.send(std::make_unique<int>(2)) == 2);
}

TEST_CASE("own AG1: the frame's members are destroyed when it has ended, not later") {
    struct holds_one {
        test::live one{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_END();
        }
    };
    sb::any_generator<int> within{holds_one{}};
    sb::any_generator<int> outside{std::allocator_arg, std::allocator<int>(), holds_one{}};
    CHECK(test::live::count() == 2);
    within.next();
    outside.next();
    CHECK(within.next() == nullptr);
    CHECK(outside.next() == nullptr);
    CHECK(test::live::count() == 0);
}

// ---- Moving

TEST_CASE("own AG2: before its first step it can be moved") {
    for (bool const far : {false, true}) {
        CAPTURE(far);
        auto g = counted(far, 2);
        CHECK(g.can_be_moved());
        auto moved = std::move(g);
        CHECK(all_of(moved) == numbers{0, 1});
    }
}

TEST_CASE("own AG2: after that, only where its frame lies in a block; a move that fails does nothing") {
    auto large = counted(true, 3);
    large.next();
    CHECK(large.can_be_moved());
    auto moved = std::move(large);
    CHECK(*moved.next() == 1);

    auto small = counted(false, 3);
    small.next();
    CHECK_FALSE(small.can_be_moved());
    CHECK_THROWS_AS(sb::any_generator<int>(std::move(small)), sb::moved_after_start);
    CHECK(*small.next() == 1);
    CHECK_THROWS_AS(moved = std::move(small), sb::moved_after_start);
    CHECK(*small.next() == 2);
    CHECK(*moved.next() == 2);

    sb::any_generator<int> given(std::allocator_arg, std::allocator<int>(), upto{3});
    given.next();
    auto moved_on = std::move(given);
    CHECK(*moved_on.next() == 1);
}

TEST_CASE("own AG2: an assignment closes what was held") {
    for (bool const far : {false, true}) {
        CAPTURE(far);
        std::string log, other;
        auto g = summed(far, log);
        g.next();
        g = summed(!far, other);
        CHECK(log == "ended ");
        CHECK(*g.next() == 0);
        CHECK(other == "");
    }
    auto itself = counted(true, 2);
    auto& same = itself;
    itself = std::move(same);
    CHECK(all_of(itself) == numbers{0, 1});
}

TEST_CASE("own AG2: its own body cannot assign to it") {
    struct replaces_itself {
        sb::any_generator<int>* self;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            *self = upto{1};
            SB_YIELD(1);
            SB_END();
        }
    };
    sb::any_generator<int> g;
    g = replaces_itself{&g};
    CHECK_THROWS_AS(g.next(), sb::already_running);
}

TEST_CASE("own AG2: containers hold it") {
    std::vector<sb::any_generator<int>> several;
    for (int i = 0; i < 5; ++i) several.push_back(counted(i % 2 == 0, i));
    numbers sizes;
    for (auto& g : several) sizes.push_back(static_cast<int>(all_of(g).size()));
    CHECK(sizes == numbers{0, 1, 2, 3, 4});
    std::map<std::string, sb::any_generator<int>> named;
    named["three"] = counted(false, 3);
    CHECK(all_of(named["three"]) == numbers{0, 1, 2});
    CHECK(all_of(named["none"]) == numbers{});
}

// ---- Empty

TEST_CASE("own AG3: one that is empty is like one that has ended") {
    sb::any_generator<int, int, int> never_filled;
    std::string log;
    auto moved_from = summed(true, log);
    moved_from.next();
    auto const taken = std::move(moved_from);
    auto moved_before_its_start = summed(false, log);
    auto const also_taken = std::move(moved_before_its_start);
    for (auto* g : {&never_filled, &moved_from, &moved_before_its_start}) {
        CHECK_FALSE(*g);
        CHECK(g->status() == status::closed);
        CHECK(g->next() == nullptr);
        CHECK(g->send(1) == nullptr);
        CHECK_THROWS_AS(g->throw_(7), int);
        CHECK_THROWS_AS(g->throw_(std::exception_ptr()), sb::nothing_thrown);
        CHECK_FALSE(g->close().has_value());
        CHECK_FALSE(g->take_returned().has_value());
        CHECK(g->begin() == g->end());
        CHECK(g->can_be_moved());
    }
    CHECK(static_cast<bool>(taken));
    sb::any_generator<int> ended{upto{0}};
    CHECK(ended.next() == nullptr);
    CHECK(static_cast<bool>(ended));
    sb::any_generator<int> nothing;
    nothing.close();
    auto moved = std::move(nothing);
    CHECK_FALSE(moved);
}

// ---- In other bodies

TEST_CASE("own AG4: SB_YIELD_FROM delegates to it, and its result, values and errors pass through") {
    struct delegating {
        sb::any_generator<int, int, int> to;
        std::optional<int> result{};
        sb::step operator()(sb::yields<int, int>& co) {
            SB_BEGIN(co);
            SB_YIELD_FROM_INTO(result, to);
            SB_YIELD(result.value_or(-1) * 2);
            SB_END();
        }
    };
    for (bool const far : {false, true}) {
        CAPTURE(far);
        std::string log;
        sb::generator g{delegating{summed(far, log)}};
        CHECK(*g.next() == 0);
        CHECK(*g.send(5) == 5);
        CHECK(*g.throw_(10) == 15);
        CHECK(*g.send(-1) == 28);
        CHECK(g.next() == nullptr);

        std::string closed;
        sb::generator h{delegating{summed(far, closed)}};
        h.next();
        h.close();
        CHECK(closed == "ended ");

        std::string failed;
        sb::generator i{delegating{summed(far, failed)}};
        i.next();
        CHECK_THROWS_AS(i.throw_(std::runtime_error("thrown in")), std::runtime_error);
        CHECK(failed == "ended ");
    }
}

TEST_CASE("own AG4: a delegation in a try, to one that no try guards") {
    struct delegating {
        sb::any_generator<int> to;
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_YIELD_FROM(to);
            } SB_CATCH(std::runtime_error const& error) {
                SB_YIELD(static_cast<int>(std::string(error.what()).size()));
            } SB_END_TRY
            SB_END();
        }
    };
    sb::generator g{delegating{counted(false, 9)}};
    g.next();
    CHECK(*g.throw_(std::runtime_error("four")) == 4);
    CHECK(g.next() == nullptr);
    sb::generator h{delegating{fails_after_one{}}};
    h.next();
    CHECK(*h.next() == 6);
}

TEST_CASE("own AG4: SB_FOR walks it, a member or one of its own") {
    struct walks {
        sb::any_generator<int> member;
        sb::cursor<sb::any_generator<int>&> each{};
        sb::cursor<sb::any_generator<int>> own{};
        sb::step operator()(sb::yields<int>& co) {
            SB_BEGIN(co);
            SB_FOR (each, member) {
                if (*each == 2) break;
                SB_YIELD(*each);
            }
            SB_FOR (own, counted(true, 2)) SB_YIELD(*own + 10);
            SB_FOR (own, counted(false, 1)) SB_YIELD(*own + 20);
            SB_END();
        }
    };
    sb::any_generator<int> g{walks{counted(false, 5)}};
    CHECK(all_of(g) == numbers{0, 1, 10, 11, 20});
}

// ---- Sizes

namespace {

template <class Frame, class Context>
struct does_nothing {
    Frame held{};
    sb::step operator()(Context& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

template <class T>
constexpr std::size_t slot_of = sizeof(std::optional<T>);
template <>
constexpr std::size_t slot_of<void> = 0;

// What a generator takes beside its frame and its slots, in whole words.
template <class Frame, class Context>
constexpr std::size_t beside() {
    using frame = does_nothing<Frame, Context>;
    auto const slots = sizeof(typename Context::yield_type) + slot_of<typename Context::sent_type> +
                       slot_of<typename Context::return_type>;
    auto const whole_words = (sizeof(frame) + slots + 7) / 8 * 8;
    return sizeof(sb::generator<frame>) - whole_words;
}

template <template <class, class, class> class Context, class Frame>
constexpr std::size_t most_beside() {
    std::size_t most = 0;
    for (auto const each : {beside<Frame, Context<int, void, void>>(),
             beside<Frame, Context<int, int, void>>(), beside<Frame, Context<int, void, int>>(),
             beside<Frame, Context<int, int, int>>(), beside<Frame, Context<char, int, int>>(),
             beside<Frame, Context<long long, void*, void>>()}) {
        if (each > most) most = each;
    }
    return most;
}

} // namespace

TEST_CASE("a generator takes its frame, its slots and 16 bytes, 24 if it can delegate, all told") {
    static_assert(beside<int, sb::yields<int>>() == 16);
    static_assert(most_beside<sb::yields, char>() <= 16);
    static_assert(most_beside<sb::yields, void*>() <= 16);
    static_assert(most_beside<sb::delegates, char>() <= 24);
    static_assert(most_beside<sb::delegates, void*>() <= 24);
    CHECK(sizeof(sb::generator<does_nothing<int, sb::yields<int>>>) == 24);
}

namespace {

struct takes_whatever {
    sb::any_generator<int>* rest;
    sb::step operator()(sb::delegates<int>& co) {
        SB_BEGIN(co);
        SB_YIELD_FROM(std::move(*rest));
        SB_YIELD(-1);
        SB_END();
    }
};

} // namespace

TEST_CASE("own AG4: a body that delegates takes one in that it is given") {
    sb::any_generator<int> numbers{[i = 0](sb::yields<int>& co) mutable {
        SB_BEGIN(co);
        for (; i < 3; ++i) SB_YIELD(i);
        SB_END();
    }};
    sb::generator<takes_whatever> g{std::in_place, &numbers};
    std::vector<int> seen;
    for (int n : g) seen.push_back(n);
    CHECK(seen == std::vector<int>{0, 1, 2, -1});
    CHECK_FALSE(numbers);
}
