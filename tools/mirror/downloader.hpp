// Does the blocking work of one attempt: fetches an address, finds the links if it is a page, puts
// the file in its place. May be used from many threads at once.
#pragma once

#include "download.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "stopped.hpp"
#include "store.hpp"
#include "trace.hpp"

#include <atomic>

namespace mirror {

class downloader {
public:
    downloader(options const& asked, store& files, progress& watcher, trace& log);

    // `number` counts the attempts at this address from 1. Throws fetch_error when the address
    // cannot be fetched, std::system_error when the file cannot be written, and stopped soon after
    // `stop` becomes true.
    download attempt(request const& job, int number, stop_query const& stop) const;

    int retried() const noexcept { return retried_; }

private:
    download fetch(request const& job, attempt_record& record, stop_query const& stop) const;

    options const& asked_;
    store& files_;
    progress& watcher_;
    trace& log_;
    mutable std::atomic<int> retried_{0};
};

} // namespace mirror
