// One HTTP exchange: a GET request and its reply, redirects not followed. Each thread has its own
// libcurl handle, so that connections are kept alive from one exchange to the next.
#pragma once

#include "stopped.hpp"
#include "url.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mirror {

struct reply {
    int status = 0;
    std::string content_type;
    std::optional<std::string> location; // where a redirect leads, absolute
};

// Receives the body of a successful reply (2xx), piece by piece; other bodies are passed over.
using body_sink = std::function<void(std::string_view bytes, std::string_view content_type)>;

// Throws fetch_error, also when nothing comes for as long as `patience`; what `sink` throws;
// stopped, at most a twentieth of a second after `stop` became true.
reply transfer(url const& address, std::chrono::milliseconds patience, body_sink const& sink,
    stop_query const& stop);

} // namespace mirror
