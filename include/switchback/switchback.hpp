// All of Switchback, but what is for tests (switchback/testing/) and for one host alone.
#pragma once

#include <switchback/active_object.hpp>
#include <switchback/adaptors.hpp>
#include <switchback/any_generator.hpp>
#include <switchback/as_completed.hpp>
#include <switchback/async_adaptors.hpp>
#include <switchback/async_generator.hpp>
#include <switchback/async_with.hpp>
#include <switchback/async_yields.hpp>
#include <switchback/at_most.hpp>
#include <switchback/barrier.hpp>
#include <switchback/broadcast.hpp>
#include <switchback/byte_stream.hpp>
#include <switchback/call_periodically.hpp>
#include <switchback/clock.hpp>
#include <switchback/condition.hpp>
#include <switchback/delegates.hpp>
#include <switchback/errors.hpp>
#include <switchback/event.hpp>
#include <switchback/event_pump.hpp>
#include <switchback/for.hpp>
#include <switchback/for_await.hpp>
#include <switchback/future.hpp>
#include <switchback/gather.hpp>
#include <switchback/generator.hpp>
#include <switchback/generator_errors.hpp>
#include <switchback/generator_status.hpp>
#include <switchback/heartbeat.hpp>
#include <switchback/make.hpp>
#include <switchback/maybe.hpp>
#include <switchback/memoize.hpp>
#include <switchback/named_task_collection.hpp>
#include <switchback/mutex.hpp>
#include <switchback/native_pump.hpp>
#include <switchback/next_display_frame.hpp>
#include <switchback/offload.hpp>
#include <switchback/outcome.hpp>
#include <switchback/priority_queue.hpp>
#include <switchback/progress.hpp>
#include <switchback/promise.hpp>
#include <switchback/queue.hpp>
#include <switchback/race.hpp>
#include <switchback/rate_limit.hpp>
#include <switchback/remote.hpp>
#include <switchback/result.hpp>
#include <switchback/retry.hpp>
#include <switchback/run.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/semaphore.hpp>
#include <switchback/shield.hpp>
#include <switchback/signal.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task.hpp>
#include <switchback/task_group.hpp>
#include <switchback/task_local.hpp>
#include <switchback/task_owner.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/timeouts.hpp>
#include <switchback/try.hpp>
#include <switchback/with.hpp>
#include <switchback/yield_from.hpp>
#if SB_DETAIL_EXCEPTIONS
#    include <switchback/attached.hpp>
#    include <switchback/exception_group.hpp>
#    include <switchback/handled.hpp>
#    include <switchback/traceback.hpp>
#    include <switchback/unhandled.hpp>
#else
#    include <switchback/misuse_handler.hpp>
#endif
