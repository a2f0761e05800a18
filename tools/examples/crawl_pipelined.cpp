#include "crawl_pipelined.hpp"

namespace sb = switchback;

// quoted: main
int main() {
    examples::site const web(examples::small_site());
    examples::printer const say;
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    examples::wire wire(sb::steady_clock(), web);
    auto const got = examples::crawl_pipelined(scheduler, wire, "http://site/index.html", say);
    say("all " + std::to_string(got.size()) + " files are here, at most " +
        std::to_string(wire.most_on_the_way()) + " requests were on the way at once");
}
// end of quote
