// The exceptions that the library throws: those of tasks here; the base of all, and those of bodies and
// generators, in <switchback/generator_errors.hpp>.
#pragma once

#include <switchback/generator_errors.hpp>

namespace switchback {
inline namespace SB_DETAIL_ABI {

// A task or future was awaited, started or asked that holds nothing: it was moved from, or awaited
// before.
struct already_awaited : misuse {
    already_awaited() : misuse("this task is empty: it was awaited or started before, or moved") {}
};

// The result of a future was asked for before it was there.
struct not_ready : misuse {
    not_ready() : misuse("the future has no result yet: await it, or ask ready() first") {}
};

// SB_AWAIT_INTO(x, std::move(future)) of a result that cannot be copied and has other holders.
struct result_shared : misuse {
    result_shared() : misuse("a result that cannot be copied is moved out of a future that others hold") {}
};

// A scheduler, or something that belongs to it, was used on a thread that is not its own. Other
// threads speak to a scheduler through a `remote`.
struct wrong_thread : misuse {
    wrong_thread() : misuse("a scheduler was used on a thread that is not its own") {}
};

// A task was started on a scheduler that is being closed, or awaited what belongs to another one.
struct wrong_scheduler : misuse {
    using misuse::misuse;
};

// A pump was given to a second scheduler while the first still uses it.
struct pump_in_use : misuse {
    pump_in_use() : misuse("this event pump already serves another scheduler") {}
};

// A task group was used outside of its block: there is nobody to wait for what it would start.
struct scope_closed : misuse {
    scope_closed() : misuse("a task group or time limit was used outside of its SB_ASYNC_WITH block") {}
};

// A task_local without a default was asked in a task that it was not set in.
struct nothing_set : misuse {
    nothing_set() : misuse("this task_local has no default, and was not set in this task") {}
};

// A task was started by an owner whose close() was awaited before.
struct owner_closed : misuse {
    owner_closed() : misuse("a task was started by an owner that was closed before") {}
};

// A method of an active_object awaits a call of its own object: that begins when the method has ended.
struct would_wait_for_itself : misuse {
    would_wait_for_itself()
        : misuse("a method of an active_object awaits a call of its own object, which cannot begin before the "
                 "method has ended: await the frame itself") {}
};

// A nested run() waits for a task whose own step it was called from.
struct would_deadlock : misuse {
    would_deadlock() : misuse("run() would wait for a task that cannot go on before run() returns") {}
};

// A task waits for a mutex that a frame of its own holds: it would wait for ever.
struct already_locked : misuse {
    already_locked() : misuse("this task holds the mutex already, and would wait for itself") {}
};

// A guard that holds no lock was unlocked, or is to give it up while it waits in a condition.
struct not_locked : misuse {
    not_locked() : misuse("this guard holds no lock") {}
};

// A promise was completed a second time.
struct already_completed : misuse {
    already_completed() : misuse("this promise was completed before") {}
};

// get_future() was called again. The future that it gave can be copied.
struct future_taken : misuse {
    future_taken() : misuse("the future of this promise was taken before") {}
};

// A promise was asked that holds nothing: it was moved from, or made of no scheduler.
struct empty_promise : misuse {
    empty_promise() : misuse("this promise is empty: it was made of no scheduler, or moved") {}
};

#if SB_DETAIL_EXCEPTIONS
// What a future fails with when the last copy of its promise goes uncompleted: whoever was to call back
// has thrown the callback away. Not reported where nobody looks at the future.
struct broken_promise : std::exception {
    char const* what() const noexcept override { return "the promise was dropped before it was completed"; }
};
#endif

#if SB_DETAIL_EXCEPTIONS
// What a thread hears that waits for a call or a task on a scheduler, when that has closed.
struct scheduler_closed : std::exception {
    char const* what() const noexcept override { return "the scheduler has closed"; }
};
#endif

#if SB_DETAIL_EXCEPTIONS
// What a task sees, at its await, when the mutex, queue, event or the like that it waits in dies. (Where there are
// no exceptions, the task ends as cancelled; so for the other two below.)
struct destroyed : std::exception {
    char const* what() const noexcept override { return "what this task waited for has been destroyed"; }
};
// A queue or broadcast that was closed has nothing more to give, or takes nothing more (Python: QueueShutDown).
struct queue_closed : std::exception {
    char const* what() const noexcept override { return "the queue has been closed"; }
};
// A barrier was aborted or reset while this task waited in it, or before (Python: BrokenBarrierError).
struct broken_barrier : std::exception {
    char const* what() const noexcept override { return "the barrier has been broken"; }
};
#else
struct destroyed {};
struct queue_closed {};
struct broken_barrier {};
#endif

} // namespace SB_DETAIL_ABI
} // namespace switchback
