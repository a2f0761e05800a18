// What is tested where there is nothing: a list of cases, each a function that says whether it went
// well. No doctest, no heap, no exceptions, no printf.
#pragma once

namespace bare {

struct a_case {
    char const* name;
    bool (*runs)();
};

extern a_case const cases[];
extern int const case_count;

// Each machine's own.
void print(char const* text);

// Runs them all, prints each one's name and a last line "N passed, N failed".
int run_cases();

} // namespace bare
