#include "crawl_tasks.hpp"

namespace sb = switchback;

int main() {
    examples::site const web(examples::small_site());
    examples::printer const say;
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    auto const got = examples::crawl_with_tasks(scheduler, web, "http://site/index.html", say);
    say("all " + std::to_string(got.size()) + " files are here");
}
