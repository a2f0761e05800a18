// What doctest prints of Switchback's types, and of those of its exceptions that have no words of their
// own. Included by <switchback/doctest.hpp>, behind doctest itself.
#pragma once

#include <switchback/future.hpp>
#include <switchback/maybe.hpp>
#include <switchback/step.hpp>
#include <switchback/traceback.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <type_traits>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// Found by the type of its argument: doctest asks its StringMaker of no enum.
inline doctest::String toString(step outcome) {
    switch (outcome) {
    case step::returned: return "step::returned";
    case step::yielded: return "step::yielded";
    case step::suspended: return "step::suspended";
    case step::called: return "step::called";
    case step::failed: return "step::failed";
    case step::again: return "step::again";
    }
    return "a step of no name";
}

namespace detail {

inline doctest::String to_doctest(std::string const& text) { return text.c_str(); }

// "90min", "1500ms": in the largest unit of which it is a whole number.
template <class Rep, class Period>
std::string duration_words(std::chrono::duration<Rep, Period> given) {
    using namespace std::chrono;
    if constexpr (std::is_floating_point_v<Rep>) {
        return std::to_string(duration<double>(given).count()) + "s";
    } else if constexpr (!std::ratio_greater_equal_v<Period, std::nano>) {
        return std::to_string(given.count()) + " times " + std::to_string(Period::num) + "/" +
               std::to_string(Period::den) + "s";
    } else {
        constexpr auto longest = duration_cast<duration<long double>>((nanoseconds::max)());
        if (duration_cast<duration<long double>>(given) >= longest) {
            return std::to_string(duration_cast<hours>(given).count()) + "h"; // in no need of more
        }
        auto const exact = duration_cast<nanoseconds>(given);
        if (exact == exact.zero()) return "0s";
        if (exact % hours(1) == exact.zero()) return std::to_string(exact / hours(1)) + "h";
        if (exact % minutes(1) == exact.zero()) return std::to_string(exact / minutes(1)) + "min";
        if (exact % seconds(1) == exact.zero()) return std::to_string(exact / seconds(1)) + "s";
        if (exact % milliseconds(1) == exact.zero()) {
            return std::to_string(exact / milliseconds(1)) + "ms";
        }
        if (exact % microseconds(1) == exact.zero()) {
            return std::to_string(exact / microseconds(1)) + "us";
        }
        return std::to_string(exact.count()) + "ns";
    }
}

#if !defined(DOCTEST_CONFIG_DISABLE)

// Of other exceptions doctest prints what they say of themselves, and compares that in CHECK_THROWS_WITH.
inline doctest::String words_for_cancelled(cancelled const&) {
    return "sb::cancelled: the task was cancelled";
}
inline doctest::String words_for_generator_exit(generator_exit const&) {
    return "sb::generator_exit: the generator was closed";
}
inline int const translators_are_registered =
    doctest::registerExceptionTranslator<cancelled const&>(&words_for_cancelled) +
    doctest::registerExceptionTranslator<generator_exit const&>(&words_for_generator_exit);

#endif

} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback

namespace doctest {

template <class T>
struct StringMaker<switchback::future<T>> {
    static String convert(switchback::future<T> const& of) {
        if (!of.valid()) return "an empty future";
        if (!of.ready()) return "a future that is not ready";
        if (of.cancelled()) return "a cancelled future";
        if (auto const error = of.error()) {
            return switchback::detail::to_doctest("a failed future: " + switchback::describe(error));
        }
        if constexpr (std::is_void_v<T>) {
            return "a future that is ready";
        } else {
            return String("a future of ") + DOCTEST_STRINGIFY(of.get());
        }
    }
};

template <class T>
struct StringMaker<switchback::maybe<T>> {
    static String convert(switchback::maybe<T> const& held) {
        if (!held.has_value()) return "nothing";
        return DOCTEST_STRINGIFY(*held);
    }
};

template <>
struct StringMaker<switchback::traceback> {
    static String convert(switchback::traceback const& way) {
        return way.empty() ? "an empty traceback"
                           : switchback::detail::to_doctest("\n" + way.to_string());
    }
};

// Defined by those who have these for themselves.
#if !defined(SB_DOCTEST_WITHOUT_STD_TYPES)

template <>
struct StringMaker<std::exception_ptr> {
    static String convert(std::exception_ptr const& error) {
        return switchback::detail::to_doctest(switchback::describe(error));
    }
};

template <class Rep, class Period>
struct StringMaker<std::chrono::duration<Rep, Period>> {
    static String convert(std::chrono::duration<Rep, Period> const& given) {
        return switchback::detail::to_doctest(switchback::detail::duration_words(given));
    }
};

template <class Clock, class Duration>
struct StringMaker<std::chrono::time_point<Clock, Duration>> {
    static String convert(std::chrono::time_point<Clock, Duration> const& moment) {
        return switchback::detail::to_doctest(
            switchback::detail::duration_words(moment.time_since_epoch()) +
            " after its clock's epoch");
    }
};

#endif

} // namespace doctest
