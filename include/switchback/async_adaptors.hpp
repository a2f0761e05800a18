// Async generators of what others yield.
//
//     SB_FOR_AWAIT (page, sb::async_buffered(8, sb::async_map(fetch, links{site}))) …
//
// Each is a function that makes an sb::async_generator; its own header says what it yields. They take their
// values from the frame of one or an sb::async_generator that is an rvalue, and own it; or from one that is an
// lvalue, which they borrow and go on with where it stands. They hand on references where their source
// yields such, and move values. An error of the source or of a function leaves by the adaptor, and closes it; so
// does a cancellation. What it owns it lets go of then, as the destructor of an sb::async_generator does: close()
// of an adaptor does not wait for the clean-up of its source. One that is borrowed and waits at that moment is
// closed as well, for its wait is cancelled.
#pragma once

#include <switchback/async_adaptors/buffered.hpp>
#include <switchback/async_adaptors/filter.hpp>
#include <switchback/async_adaptors/map.hpp>
#include <switchback/async_adaptors/merge.hpp>
#include <switchback/async_adaptors/throttle.hpp>
