#include "interrupt.hpp"

#include <csignal>
#include <cstdlib>
#include <initializer_list>

namespace demonstration {
namespace {

volatile std::sig_atomic_t noted = 0;

extern "C" void note(int signal) {
    noted = signal;
}

} // namespace

void note_interruptions() {
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, note);
}

void check_for_interruption() {
    if (int signal = noted; signal != 0) throw interrupted{signal};
}

void die_of(interrupted reason) {
    std::signal(reason.signal, SIG_DFL);
    std::raise(reason.signal);
    std::exit(128 + reason.signal);
}

} // namespace demonstration
