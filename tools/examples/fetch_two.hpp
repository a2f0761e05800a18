// A limit of time for more than one await: a block, which is left with sb::timed_out when the time is over.
#pragma once

#include <switchback/switchback.hpp>

#include <optional>
#include <string>

namespace examples {

namespace sb = switchback;
using namespace std::chrono_literals;

// Two seconds on the way, or four.
struct fetch {
    std::string url;

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(url == "slow.html" ? 4s : 2s));
        SB_RETURN("<" + url + ">");
        SB_END();
    }
};

// quoted: fetch_two
struct fetch_two {
    std::string first_url;
    std::string second_url;
    std::string first{};
    std::string second{};
    std::optional<sb::fail_after> limit{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(limit, sb::fail_after(5s)) {
            SB_AWAIT_INTO(first, fetch{first_url});
            SB_AWAIT_INTO(second, fetch{second_url});
        } SB_END_WITH
        SB_RETURN(first + second);
        SB_END();
    }
};
// end of quote

} // namespace examples
