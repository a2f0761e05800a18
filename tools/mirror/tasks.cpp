#include "modes.hpp"

#include <stdexcept>

namespace mirror {

void run_tasks(crawl&, downloader const&, interrupt&, options const&) {
    throw std::runtime_error("not built yet");
}

} // namespace mirror
