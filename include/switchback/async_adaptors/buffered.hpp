// Runs ahead of whoever reads, by so many values.
//
//     SB_FOR_AWAIT (line, sb::async_buffered(100, lines_of{&from})) …          // read while they are dealt with
//     SB_FOR_AWAIT (page, sb::async_buffered(8, all_fetches{})) …              // eight fetches at once
//
// Values that can be awaited (frames, tasks, futures, jobs) are: so many run at once, and what they come to is
// yielded in their order, whichever ends first. Others are kept until they are read. The source is asked by a
// task of its own, from the first next() on. An error of the source comes behind the values before it; that
// of an awaited value, in its place. What was read ahead goes with this: a source that was borrowed goes on behind
// it.
#pragma once

#include <switchback/detail/async_source.hpp>
#include <switchback/future.hpp>
#include <switchback/queue.hpp>
#include <switchback/semaphore.hpp>

#include <memory>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// What the task that asks the source and whoever reads share: held by both, since the clean-up of the source may
// last longer than whoever reads.
template <class T>
struct ahead {
    explicit ahead(std::size_t most, std::size_t kept) : room(most), values(kept) {}

    semaphore room;
    queue<T> values;
};

// Whoever reads finds the end, in whichever way the task has ended.
template <class T>
struct closing_at_end {
    std::shared_ptr<ahead<T>> to;

    explicit closing_at_end(std::shared_ptr<ahead<T>> closed) noexcept : to(std::move(closed)) {}
    closing_at_end(closing_at_end&&) noexcept = default;
    closing_at_end& operator=(closing_at_end&&) = delete;
    ~closing_at_end() {
        if (to != nullptr) to->values.close();
    }
};

template <class Source, class Value>
struct reading_ahead {
    Source source;
    closing_at_end<Value> end;
    async_cursor_of<Source> each{};

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        SB_FOR_AWAIT (each, static_cast<Source&&>(source)) {
            SB_AWAIT(end.to->values.put(pass_on<Source>(*each)));
        }
        SB_END();
    }
};

template <class Source, class Value>
struct starting_ahead {
    Source source;
    closing_at_end<future<result_of<Value>>> end;
    async_cursor_of<Source> each{};
    typename async_cursor_of<Source>::pointer value = nullptr;
    semaphore::permit one{};

    step operator()(returns<void>& co) {
        SB_BEGIN(co);
        for (each.start(static_cast<Source&&>(source));;) {
            SB_AWAIT_INTO(one, end.to->room.acquire());
            one.detach(); // whoever reads gives it back
            SB_AWAIT_INTO(value, each.next());
            each.set(value);
            if (!each.more()) SB_RETURN();
            end.to->values.try_put(co.start(pass_on<Source>(*each)));
        }
        SB_END();
    }
};

template <class Source, class Value = std::decay_t<element_of<Source>>, bool = is_awaitable<Value>::value>
struct async_buffering {
    std::size_t most;
    Source source;
    std::shared_ptr<ahead<Value>> state{};
    future<void> reader{};
    std::optional<Value> next{};

    step operator()(async_yields<Value>& co) {
        SB_BEGIN(co);
        state = std::make_shared<ahead<Value>>(most, most - 1); // and one that waits for room
        reader = co.start(
            reading_ahead<Source, Value>{static_cast<Source&&>(source), closing_at_end<Value>(state)});
        for (;;) {
            SB_AWAIT_INTO(next, state->values.next());
            if (!next) break;
            SB_YIELD(std::move(*next));
        }
        SB_AWAIT(std::move(reader));
        SB_END();
    }
};

template <class Source, class Value>
struct async_buffering<Source, Value, true> {
    using result_type = result_of<Value>;
    static_assert(!std::is_void_v<result_type>, "sb::async_buffered: what is awaited has no result to yield");

    using started = future<result_type>;

    std::size_t most;
    Source source;
    std::shared_ptr<ahead<started>> state{};
    future<void> starter{};
    std::optional<started> next{};
    std::optional<result_type> result{};

    step operator()(async_yields<result_type>& co) {
        SB_BEGIN(co);
        state = std::make_shared<ahead<started>>(most, queue<started>::unbounded);
        starter = co.start(
            starting_ahead<Source, Value>{static_cast<Source&&>(source), closing_at_end<started>(state)});
        for (;;) {
            SB_AWAIT_INTO(next, state->values.next());
            if (!next) break;
            SB_AWAIT_INTO(result, std::move(*next));
            state->room.release();
            SB_YIELD(std::move(*result));
        }
        SB_AWAIT(std::move(starter));
        SB_END();
    }
};

} // namespace detail

// Throws misuse where the number is 0.
template <class S>
auto async_buffered(std::size_t most, S&& source) {
    if (most == 0) detail::raise<misuse>("sb::async_buffered: no more than 0 values at once is none at all");
    using buffering = detail::async_buffering<detail::async_source_of<S>>;
    return async_generator{buffering{most, static_cast<S&&>(source)}};
}

} // namespace SB_DETAIL_ABI
} // namespace switchback
