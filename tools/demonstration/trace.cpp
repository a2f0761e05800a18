#include "trace.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <stdexcept>

namespace demonstration {

trace read_trace(std::filesystem::path const& file) {
    trace result;
    auto summed_up = false;
    std::ifstream lines{file};
    try {
        for (std::string line; std::getline(lines, line);) {
            auto parsed = nlohmann::json::parse(line);
            if (parsed.value("summary", false)) {
                result.fetched = parsed.at("fetched").get<long>();
                result.failed = parsed.at("failed").get<long>();
                result.retried = parsed.at("retried").get<long>();
                result.bytes = parsed.at("bytes").get<std::int64_t>();
                summed_up = true;
            } else {
                traced_request request;
                request.url = parsed.at("url").get<std::string>();
                request.start = parsed.at("start_ms").get<double>() / 1000;
                request.end = parsed.at("end_ms").get<double>() / 1000;
                request.status = parsed.at("status").get<int>();
                request.attempt = parsed.at("attempt").get<int>();
                result.requests.push_back(std::move(request));
            }
        }
    } catch (nlohmann::json::exception const& error) {
        throw std::runtime_error{"the trace cannot be read: " + std::string{error.what()}};
    }
    if (!summed_up) throw std::runtime_error{"the trace ends before its summary"};
    return result;
}

} // namespace demonstration
