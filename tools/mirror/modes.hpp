// Three ways to run one crawl. They fetch the same, retry the same and stop the same way; they
// differ in how they wait for many things at once. All return when the crawl is finished or the
// user wants to stop.
#pragma once

#include "crawl.hpp"
#include "downloader.hpp"
#include "interrupt.hpp"
#include "options.hpp"

namespace mirror {

// One transfer after another.
void run_serial(crawl& site, downloader const& loader, interrupt& stop, options const& asked);

// A crew of threads around a shared queue.
void run_threads(crawl& site, downloader const& loader, interrupt& stop, options const& asked);

// Tasks that await each other.
void run_tasks(crawl& site, downloader const& loader, interrupt& stop, options const& asked);

} // namespace mirror
