// Where a C++20 coroutine stands in its source, in the words of bodies.
//
// All coroutines of one result type share one frame_type: neither their type nor their promise tells one
// function from another. But std::source_location does, once there is an error to report. So a type like
// theirs is made then for the function, with its name, and kept as long as the program.
#pragma once

#include <switchback/detail/node.hpp>

#include <atomic>
#include <new>
#include <string_view>
#include <version>

#if defined(__cpp_lib_source_location)
#    include <source_location>
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if defined(__cpp_lib_source_location)
using await_place = std::source_location;
#else // the compiler does not tell
struct await_place {
    static constexpr await_place current() noexcept { return {}; }
    static constexpr char const* file_name() noexcept { return "?"; }
    static constexpr char const* function_name() noexcept { return ""; }
    static constexpr unsigned line() noexcept { return 0; }
};
#endif

// A label has fewer bits than a line may need: it counts from the beginning of a stretch of so many lines.
constexpr unsigned lines_in_stretch = (lines_in_body + 1) / 2;

constexpr path_t label_of(await_place const& where) noexcept { return where.line() % lines_in_stretch + 1; }
constexpr int stretch_of(await_place const& where) noexcept {
    return static_cast<int>(where.line() - where.line() % lines_in_stretch);
}

// GCC calls a coroutine `void f(f(int)::_Z1fi.Frame*)`.
constexpr std::string_view coroutine_name(std::string_view spelt) noexcept {
    constexpr std::string_view result = "void ";
    constexpr std::string_view tail = ".Frame*)";
    if (spelt.size() < tail.size() || spelt.substr(spelt.size() - tail.size()) != tail) return spelt;
    auto end = spelt.size();
    for (int open = 0; end > 0;) {
        auto const at = spelt[--end];
        open += at == ')' ? 1 : at == '(' ? -1 : 0;
        if (open == 0) break;
    }
    spelt = spelt.substr(0, end);
    return spelt.substr(0, result.size()) == result ? spelt.substr(result.size()) : spelt;
}

struct coroutine_place {
    place where;
    std::atomic<place const*> known;
    frame_type type;
    coroutine_place* next;

    static inline std::atomic<coroutine_place*> first{nullptr};
};

// The type of a coroutine's nodes that tells its function, lines counted from there. Where memory is short:
// the one that is given. From any thread; looks through those that there are, one a function and stretch.
SB_DETAIL_COLD inline frame_type const& type_with_place(
    frame_type const& like, await_place const& where, int first_line) noexcept {
    auto const name = coroutine_name(where.function_name());
    if (name.empty()) return like;
    auto* newest = coroutine_place::first.load(std::memory_order_acquire);
    for (auto* at = newest; at != nullptr; at = at->next) {
        if (at->type.resume == like.resume && at->where.line == first_line && at->type.name == name &&
            std::string_view(at->where.file) == where.file_name()) {
            return at->type;
        }
    }
    auto* const made = new (std::nothrow) coroutine_place{{where.file_name(), first_line}, {nullptr}, like, newest};
    if (made == nullptr) return like;
    made->known.store(&made->where, std::memory_order_relaxed);
    made->type.name = name;
    made->type.where = &made->known;
    while (!coroutine_place::first.compare_exchange_weak(made->next, made, std::memory_order_acq_rel)) {
    }
    return made->type;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
