// Why an address could not be fetched.
#pragma once

#include <stdexcept>
#include <string>

namespace mirror {

class fetch_error : public std::runtime_error {
public:
    enum class kind {
        lasting,   // the answer will be the same next time: not found, forbidden, ...
        transient, // connection failures, timeouts, a server in trouble
    };

    fetch_error(std::string const& reason, kind what) : std::runtime_error(reason), what_(what) {}

    bool worth_retrying() const noexcept { return what_ == kind::transient; }

private:
    kind what_;
};

} // namespace mirror
