// The way that an exception took through tasks: name, file and line of every await that it passed.
//
//     Traceback (most recent call last):
//       File "viewer.cpp", line 41, in load_avatar
//       File "viewer.cpp", line 18, in get_avatar_info
//     std::runtime_error: no such user
//
// Of a frame that itself threw, the line is that of its last yield or await before the throw, or of
// its SB_BEGIN. (C++ does not tell where a throw stands.)
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/traceback.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/trace.hpp>
#include <switchback/unhandled.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

class traceback {
public:
    struct entry {
        std::string frame; // the type of the frame, as the compiler spells it
        std::string file;
        int line;
    };

    // Of nothing.
    traceback() = default;
    explicit traceback(detail::trace const& gathered, std::string task = {});
    // Of an error that went unhandled.
    explicit traceback(unhandled_error const& error);

    // Outermost first, as Python prints them.
    std::vector<entry> const& entries() const noexcept { return entries_; }
    bool empty() const noexcept { return entries_.empty(); }
    // The name of the task, where it has one and this is of a task as such: in a report of errors that went
    // unhandled, or of tasks that have not ended. See returns::set_name.
    std::string const& task() const noexcept { return task_; }
    // Frames beyond those listed: a traceback of thousands of frames is cut.
    std::size_t omitted() const noexcept { return omitted_; }

    // In Python's form, without the exception's own line.
    std::string to_string() const;

private:
    std::vector<entry> entries_;
    std::size_t omitted_ = 0;
    std::string task_;
};

// "std::runtime_error: no such user": the type and what it says of itself.
std::string describe(std::exception_ptr const& error);

// In a C++ catch block around run(), or a future's get(): the way that the exception came. Empty for
// an exception that came out of no task, and where the ABI copies exceptions (MSVC). On the thread
// of the scheduler.
traceback current_traceback();

} // namespace SB_DETAIL_ABI
} // namespace switchback
