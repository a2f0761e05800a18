#include "fetch_two.hpp"

#include "printer.hpp"

namespace sb = switchback;

int main() {
    examples::printer const say;
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    say(scheduler.run(examples::fetch_two{"index.html", "news.html"}));
    try {
        say(scheduler.run(examples::fetch_two{"index.html", "slow.html"}));
    } catch (sb::timed_out const& error) {
        say(error.what());
    }
}
