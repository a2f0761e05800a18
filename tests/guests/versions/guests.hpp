// Two guests of one program, that know nothing of each other's Switchback.
#pragma once

#include <string>

namespace first {
// Runs generators, tasks, a job and errors; `between` is called while a generator and a task are under
// way. Gives a sum that tells whether all went well.
int run(int (*between)());
void fail();                                 // throws its Switchback's not_ready
std::string caught_from(void (*other)());    // which base its Switchback knows of what that throws
} // namespace first

namespace second {
int run(int (*between)());
void fail();
std::string caught_from(void (*other)());
} // namespace second
