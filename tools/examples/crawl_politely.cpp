#include "crawl_politely.hpp"

namespace sb = switchback;

int main() {
    examples::site const web(examples::small_site());
    examples::printer const say;
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    auto const got = examples::crawl_politely(scheduler, web, "http://site/index.html", say, 4);
    say("all " + std::to_string(got.size()) + " files are here");
}
