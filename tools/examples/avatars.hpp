// The server of avatars that some of the examples ask: who a user is, what his avatar wears, and the
// products that this is made of. Each request is a task; an answer takes its time, and may be a failure.
#pragma once

#include <switchback/switchback.hpp>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace examples {

namespace sb = switchback;

using user_id = int;
using product_id = int;

struct avatar_info {
    std::string name;
    std::string home;
};
struct product {
    product_id id;
    std::string name;
};
using outfit = std::vector<product_id>;

struct avatar_server {
    std::map<user_id, avatar_info> users{{1, {"Ann", "Oslo"}}, {2, {"Ben", "Rome"}}};
    std::map<user_id, outfit> outfits{{1, {7, 8, 9}}, {2, {8}}};
    std::map<product_id, std::string> products{{7, "shirt"}, {9, "boots"}}; // 8 was withdrawn
};

struct get_avatar_info {
    avatar_server const& from;
    user_id user;

    sb::step operator()(sb::returns<avatar_info>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(200)));
        if (from.users.count(user) == 0) throw std::runtime_error("no such user: " + std::to_string(user));
        SB_RETURN(from.users.at(user));
        SB_END();
    }
};

struct get_current_outfit {
    avatar_server const& from;
    user_id user;

    sb::step operator()(sb::returns<outfit>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(300)));
        SB_RETURN(from.outfits.at(user));
        SB_END();
    }
};

struct load_product {
    avatar_server const& from;
    product_id id;

    sb::step operator()(sb::returns<product>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(100)));
        if (from.products.count(id) == 0) throw std::runtime_error("no such product: " + std::to_string(id));
        SB_RETURN(product{id, from.products.at(id)});
        SB_END();
    }
};

} // namespace examples
