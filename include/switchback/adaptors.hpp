// Generators of what others yield: Python's built-in functions and itertools that one misses most.
//
//     for (auto [i, line] : sb::enumerate(lines)) …
//     for (auto [name, age] : sb::zip(names, ages)) …
//     for (int n : sb::take(10, sb::map(square, sb::filter(is_prime, naturals{})))) …
//
// Each is a function that makes an sb::generator; its own header says what it yields. They take their
// elements from
//
//     a generator's frame           which they own
//     an sb::generator or sb::any_generator that is an rvalue, another adaptor's above all: they own
//                                   it, and destroy it with themselves; it must not have begun,
//                                   unless it can be moved all the same
//     one that is an lvalue         they borrow it, go on with it where it stands, and never close it
//     a range that is an rvalue     they own it
//     a range that is an lvalue     they borrow it
//
// What is borrowed has to outlive them. They yield what their source yields: references to the very
// objects where that does, as ranges do as a rule; values, which are moved on, where that yields
// values. Nothing runs before the first next(), and nothing is allocated. An exception of a source or
// a function leaves through the adaptor's next(), and closes it.
#pragma once

#include <switchback/adaptors/chain.hpp>
#include <switchback/adaptors/enumerate.hpp>
#include <switchback/adaptors/filter.hpp>
#include <switchback/adaptors/iter.hpp>
#include <switchback/adaptors/map.hpp>
#include <switchback/adaptors/take.hpp>
#include <switchback/adaptors/zip.hpp>
