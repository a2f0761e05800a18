#include "crawl.hpp"

#include <utility>

namespace mirror {

failure describe(std::exception const& error) {
    return {error.what(), {}};
}

crawl::crawl(url start, options const& asked, progress& watcher)
    : start_(std::move(start)), max_depth_(asked.depth), same_host_(asked.same_host),
      watcher_(watcher), host_(start_.host()) {}

std::vector<request> crawl::first() {
    known_.try_emplace(start_.text(), resource{0, {}});
    ++outstanding_;
    // "example.org" often sends us to "www.example.org", which is then the host that is meant.
    return {request{start_, true}};
}

std::vector<request> crawl::accept(request const& job, download&& result) {
    --outstanding_;
    ++fetched_;
    bytes_ += result.bytes;
    watcher_.fetched(job.address, result.bytes);
    if (job.address == start_) host_ = result.address.host();

    auto& here = known_.at(job.address.text());
    here.links = std::move(result.links);
    return follow(here);
}

void crawl::reject(request const& job, failure why) {
    --outstanding_;
    watcher_.failed(job.address, why.reason);
    failures_.push_back({job.address, std::move(why)});
}

// With several transfers at once, a page may first be found by a long way and later by a shorter
// one; then more of its links are within reach, and of their links in turn.
std::vector<request> crawl::follow(resource& from) {
    std::vector<request> found;
    std::vector<resource*> nearer{&from};
    while (!nearer.empty()) {
        auto const& here = *nearer.back();
        nearer.pop_back();
        int const depth = here.depth + 1;
        if (here.depth > max_depth_) continue;
        for (auto const& to : here.links) {
            if (!wanted(to, depth)) continue;
            auto const [place, is_new] = known_.try_emplace(to.address.text(), resource{depth, {}});
            auto& there = place->second;
            if (is_new) {
                ++outstanding_;
                found.push_back({to.address, !same_host_});
            } else if (depth < there.depth) {
                there.depth = depth;
                nearer.push_back(&there);
            }
        }
    }
    return found;
}

// What a page needs to be shown is fetched even when the page itself is as far as we go.
bool crawl::wanted(link const& to, int depth) const {
    if (same_host_ && to.address.host() != host_) return false;
    return to.kind == link_kind::requisite || depth <= max_depth_;
}

} // namespace mirror
