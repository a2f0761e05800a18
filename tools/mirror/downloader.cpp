#include "downloader.hpp"

#include "fetch_error.hpp"
#include "file_name.hpp"
#include "transfer.hpp"

#include <curl/curl.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mirror {

namespace {

constexpr int max_redirects = 20;

// Tells the progress display and the trace of an attempt, however it ends.
class observed {
public:
    observed(progress& watcher, trace& log, attempt_record& record)
        : watcher_(watcher), log_(log), record_(record) {
        record_.start = std::chrono::steady_clock::now();
        watcher_.started();
    }
    observed(observed const&) = delete;
    observed& operator=(observed const&) = delete;
    ~observed() {
        watcher_.ended();
        record_.end = std::chrono::steady_clock::now();
        log_.add(record_);
    }

private:
    progress& watcher_;
    trace& log_;
    attempt_record& record_;
};

bool is_page(std::string_view content_type) {
    auto const type = content_type.substr(0, content_type.find_first_of("; "));
    auto const is = [type](char const* name) {
        return curl_strequal(std::string(type).c_str(), name) != 0;
    };
    return is("text/html") || is("application/xhtml+xml");
}

// "text/html; charset=UTF-8" -> "UTF-8"
std::string charset_of(std::string_view content_type) {
    constexpr std::string_view key = "charset=";
    auto const start = content_type.find(key);
    if (start == content_type.npos) return {};
    auto name = content_type.substr(start + key.size());
    if (!name.empty() && name.front() == '"') name.remove_prefix(1);
    return std::string(name.substr(0, name.find_first_of("\"; ")));
}

fetch_error status_error(int status) {
    bool const server_trouble = status / 100 == 5;
    return {"the server answered " + std::to_string(status),
        server_trouble ? fetch_error::kind::transient : fetch_error::kind::lasting};
}

url redirect_target(request const& job, std::string const& location) {
    auto const target = url::parse(location);
    if (!target) {
        throw fetch_error(
            "redirected to what is no http or https address", fetch_error::kind::lasting);
    }
    if (!job.may_change_host && target->host() != job.address.host()) {
        throw fetch_error(
            "redirected to another host: " + target->text(), fetch_error::kind::lasting);
    }
    return *target;
}

} // namespace

downloader::downloader(options const& asked, store& files, progress& watcher, trace& log)
    : asked_(asked), files_(files), watcher_(watcher), log_(log) {}

download downloader::attempt(request const& job, int number, stop_query const& stop) const {
    if (number > 1) ++retried_;
    attempt_record record;
    record.address = job.address.text();
    record.number = number;
    auto const observe = observed(watcher_, log_, record);
    return fetch(job, record, stop);
}

download downloader::fetch(
    request const& job, attempt_record& record, stop_query const& stop) const {
    std::optional<new_file> file;
    std::string page;

    auto const sink = [&](std::string_view bytes, std::string_view content_type) {
        if (!file) file.emplace(files_.create());
        file->write(bytes);
        if (is_page(content_type)) page += bytes;
        record.bytes += static_cast<std::int64_t>(bytes.size());
        watcher_.received(bytes.size());
    };
    auto const poll = [&] {
        watcher_.tick();
        return stop();
    };

    auto address = job.address;
    for (int redirects = 0; redirects <= max_redirects; ++redirects) {
        auto const answer = transfer(address, asked_.timeout, sink, poll);
        record.status = answer.status;
        if (answer.location) {
            address = redirect_target(job, *answer.location);
            continue;
        }
        if (answer.status / 100 != 2) throw status_error(answer.status);

        auto links = find_links(std::move(page), address, charset_of(answer.content_type));
        if (!file) file.emplace(files_.create());
        files_.keep(*std::move(file), file_name(job.address));
        return {std::move(address), std::move(links), record.bytes};
    }
    throw fetch_error("redirected more than " + std::to_string(max_redirects) + " times",
        fetch_error::kind::lasting);
}

} // namespace mirror
