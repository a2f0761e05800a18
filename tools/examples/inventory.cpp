#include "inventory.hpp"

#include <ctime>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

// The user: looks, scrolls through all of it in a hurry, looks again, and goes for a coffee.
struct user {
    examples::inventory& window;
    examples::picture_server const& server;
    examples::printer const& say;
    std::size_t at = 0;
    std::clock_t before = 0;

    void look() const {
        say(std::to_string(window.pictures_in_view()) + " of " + std::to_string(window.rows_in_view()) +
            " rows in view have their picture; " + std::to_string(server.asked) + " asked for, " +
            std::to_string(server.given_up) + " given up");
    }

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        look();
        SB_AWAIT(sb::sleep(300ms));
        look();
        for (; at < 4900; at += 70) {
            window.scroll_to(at);
            SB_AWAIT(sb::sleep(5ms));
        }
        look();
        SB_AWAIT(sb::sleep(200ms));
        look();
        before = std::clock();
        SB_AWAIT(sb::sleep(1s));
        say("a second in which nothing happens costs the processor " +
            std::to_string((std::clock() - before) * 1000 / CLOCKS_PER_SEC) + " ms");
        SB_END();
    }
};

} // namespace

int main() {
    examples::printer const say;
    examples::picture_server server;
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    examples::inventory window(scheduler, server, 5000, 20);
    scheduler.run(user{window, server, say});
}
