// An operation of several steps, each of which waits for a server, or for the user: an avatar comes into
// the scene. It reads from top to bottom, and an error goes where errors go.
#pragma once

#include "avatars.hpp"
#include "printer.hpp"

namespace examples {

// What there is in a chat's window.
struct chat_window {
    avatar_server const& server;
    printer const& say;
    std::vector<std::string> scene{};
};

// A dialog that the user closes. Only this task waits for him: the others go on.
struct show_error_dialog {
    chat_window& window;
    std::string words;

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        window.say("dialog: " + words);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(400)));
        window.say("the dialog is closed");
        SB_END();
    }
};

// quoted: load_avatar
struct load_avatar {
    chat_window& window;
    user_id user;
    avatar_info info{};
    outfit worn{};
    std::size_t i = 0;
    product part{};
    std::vector<product> loaded{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(info, get_avatar_info{window.server, user});
        } SB_CATCH(std::exception const& error) {
            SB_AWAIT(show_error_dialog{window, error.what()});
            SB_RETURN();
        } SB_END_TRY
        window.say("loading " + info.name);
        SB_AWAIT_INTO(worn, get_current_outfit{window.server, user});
        for (i = 0; i < worn.size(); ++i) {
            SB_TRY {
                SB_AWAIT_INTO(part, load_product{window.server, worn[i]});
                loaded.push_back(part);
            } SB_CATCH_ERRORS {
                // An avatar without its hat is still an avatar.
                window.say("product " + std::to_string(worn[i]) + " is left out");
            } SB_END_TRY
        }
        load_avatar_into_scene();
        SB_END();
    }

    void load_avatar_into_scene() {
        for (auto const& each : loaded) window.scene.push_back(info.name + "'s " + each.name);
        window.say(info.name + " is in the scene");
    }
};
// end of quote

} // namespace examples
