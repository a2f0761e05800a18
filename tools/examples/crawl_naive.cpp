#include "crawl_naive.hpp"

int main() {
    examples::site const web(examples::small_site());
    examples::printer const say;
    auto const got = examples::crawl_naive(web, "http://site/index.html", say);
    say("all " + std::to_string(got.size()) + " files are here");
}
