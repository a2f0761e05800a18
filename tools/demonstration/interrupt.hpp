// Ctrl-C, noticed where it can be dealt with, so that destructors clean up.
#pragma once

namespace demonstration {

// Thrown by what takes long, once a signal has asked the program to end.
struct interrupted {
    int signal;
};

// From here on, SIGINT, SIGTERM and SIGHUP are only noted.
void note_interruptions();

// Throws if one has been noted.
void check_for_interruption();

// Ends the program by the signal itself, so that the shell sees what happened.
[[noreturn]] void die_of(interrupted reason);

} // namespace demonstration
