// The resume path: the integer in which a suspended body remembers where it goes on.
//
// A resume point lies in a scope: the body itself, a try, a switch. C++ allows no jump into a try
// block, so each scope has a switch of its own, and a resumption goes from the body's switch to the
// inner scope's label, through its head, to the inner switch, and so on. The path holds one label
// for each of these switches, outermost first. It is a constant: suspending stores it, resuming
// takes it apart with shifts and masks that the compiler knows.
//
//     bits  0..13   the body's label: its line, counted from SB_BEGIN
//     bits 14..53   four inner levels of ten bits: lines counted from where that scope opened
//     bits 54..61   for each inner level, how it is to be left once its finally has run
//     bit  62       a try block encloses the resume point
//     bit  63       an exception waits to be raised at the resume point
//
// With SB_PATH_BITS 32 the body's label has 12 bits, and there are two inner levels of 7.
#pragma once

#include <switchback/detail/config.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

#if SB_PATH_BITS == 64
using path_t = std::uint64_t;
using label_value = long long;
constexpr int body_bits = 14;
constexpr int block_bits = 10;
constexpr int levels = 5; // the body's own, and four inner ones
#    define SB_DETAIL_LINES_IN_BODY "16382"
#    define SB_DETAIL_LINES_IN_BLOCK "1019"
#    define SB_DETAIL_INNER_LEVELS "four"
#else
using path_t = std::uint32_t;
using label_value = std::int32_t;
constexpr int body_bits = 12;
constexpr int block_bits = 7;
constexpr int levels = 3;
#    define SB_DETAIL_LINES_IN_BODY "4094"
#    define SB_DETAIL_LINES_IN_BLOCK "123"
#    define SB_DETAIL_INNER_LEVELS "two"
#endif

// A label is of a type that has no enumerators and no conversion from int, so that a resume point
// within a user's own `switch` does not compile. Its name is the advice that the compiler prints.
enum class use_SB_SWITCH_for_a_yield_or_await_inside_a_switch : label_value {};
using label = use_SB_SWITCH_for_a_yield_or_await_inside_a_switch;

constexpr int shift_of(int level) { return level == 0 ? 0 : body_bits + block_bits * (level - 1); }
constexpr path_t mask_of(int level) { return (path_t(1) << (level == 0 ? body_bits : block_bits)) - 1; }

// Labels that no line has: where a routed exception, a pending exit or a question about the body
// resumes it.
constexpr path_t handlers_mark = mask_of(1) - 1; // an inner level's: go and look for a handler
constexpr path_t finally_mark = mask_of(1);      // an inner level's: go to the finally
constexpr path_t leave_mark = handlers_mark - 1; // an inner level's: a SB_ASYNC_WITH waits at its end
constexpr path_t enter_mark = leave_mark - 1;    // … or at its beginning
constexpr path_t describe_mark = mask_of(0); // the body's: say where you stand in the source, and return

constexpr path_t lines_in_body = describe_mark - 1;
constexpr path_t lines_in_block = enter_mark - 1;

constexpr int exits_shift = shift_of(levels);
constexpr path_t exits_mask = ((path_t(1) << 2 * (levels - 1)) - 1) << exits_shift;
constexpr path_t in_try = path_t(1) << (SB_PATH_BITS - 2);
constexpr path_t thrown_in = path_t(1) << (SB_PATH_BITS - 1);
static_assert((exits_mask & in_try) == 0 && exits_mask != 0);

// What stands in a generator's path when it is nowhere in its body.
constexpr path_t path_not_begun = 0;
constexpr path_t path_closed = ~path_t(0);
constexpr path_t path_running = path_closed - 1;

// The label of the outermost level: a line counted from SB_BEGIN, from 1.
constexpr int body_line(path_t path) { return static_cast<int>(path & mask_of(0)); }

// How a scope is left once its finally has run. Two bits a level.
enum class exit : unsigned char { none, returning, breaking, continuing, raising };

constexpr int exit_shift_of(int level) { return exits_shift + 2 * (level - 1); }

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
