// Two requests at once: each is started, and gives a future; only then are they awaited. The whole takes
// as long as the slower of the two, not as both.
#pragma once

#include "avatars.hpp"
#include "printer.hpp"

namespace examples {

// quoted: print_avatar_info
struct print_avatar_info {
    avatar_server const& server;
    printer const& say;
    user_id user;
    sb::future<avatar_info> info_soon{};
    sb::future<outfit> outfit_soon{};
    avatar_info info{};
    outfit worn{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        say("asking for the avatar and its outfit");
        info_soon = co.start(get_avatar_info{server, user});
        outfit_soon = co.start(get_current_outfit{server, user});

        SB_AWAIT_INTO(info, info_soon);
        say(info.name + " of " + info.home);
        SB_AWAIT_INTO(worn, outfit_soon);
        say("its outfit: " + std::to_string(worn.size()) + " products");
        SB_END();
    }
};
// end of quote

} // namespace examples
