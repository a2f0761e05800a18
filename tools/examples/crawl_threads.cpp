#include "crawl_threads.hpp"

int main() {
    examples::site const web(examples::small_site());
    examples::printer const say;
    auto const got = examples::crawl_with_threads(web, "http://site/index.html", say, 8);
    say("all " + std::to_string(got.size()) + " files are here");
}
