// Errors of tasks that go through code which is not a body.
//
// Where a failed task's error is thrown out of run() or get(), its traceback is kept beside it, for
// sb::current_traceback() and for the case that it comes back into a body. The error is recognised
// by its exception_ptr: where an ABI copies exceptions as they are rethrown (MSVC's), a traceback
// begins anew behind native code.
#pragma once

#include <switchback/detail/control.hpp>

namespace switchback {
inline namespace v0 {
namespace detail {

// Keeps the last such error of this thread, and throws it.
[[noreturn]] void rethrow_native(failure const& what);

// A copy of the traceback of that error, if this is it; else null. The caller's.
trace* trace_of_native(std::exception_ptr const& error) noexcept;

// Forgets it: an exception is not kept alive beyond the schedulers that it came from.
void forget_native() noexcept;

} // namespace detail
} // namespace v0
} // namespace switchback
