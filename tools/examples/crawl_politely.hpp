// The crawler with tasks, as it may be let loose on somebody else's site: so many requests at once and no
// more, and each with a limit of time.
//
// sb::at_most does not do that here: it bounds one await, and each page has one of its own for its links.
// What is to hold for all pages is one semaphore, which they share.
#pragma once

#include "printer.hpp"
#include "site.hpp"

#include <switchback/switchback.hpp>

#include <optional>
#include <set>

namespace examples {
namespace polite {

namespace sb = switchback;
using namespace std::chrono_literals;

// quoted: crawl
struct crawled {
    site const& web;
    printer const& say;
    sb::semaphore slots; // so many requests at once, of all pages
    std::set<std::string> all_urls{};
    files got{};
};

struct crawl {
    crawled& all;
    std::string url;
    std::optional<sb::semaphore::permit> slot{};
    std::string content{};
    std::vector<std::string> links{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_ASYNC_WITH(slot, all.slots.acquire()) {
            all.say("fetching " + url);
            SB_AWAIT_INTO(content,
                sb::with_timeout(10s, sb::offload_blocking(&site::urlopen, &all.web, url)));
        } SB_END_WITH
        all.got[filename_for_url(url)] = content;
        links = extract_urls(content);
        SB_AWAIT(sb::run_in_parallel(
            sb::filter([this](auto const& link) { return all.all_urls.insert(link).second; }, links),
            [this](auto const& link) { return crawl{all, link}; }));
        SB_END();
    }
};
// end of quote

} // namespace polite

// The site must outlive the scheduler, whose jobs use it.
inline files crawl_politely(switchback::task_scheduler& scheduler, site const& web,
    std::string const& first, printer const& say, std::size_t at_once) {
    polite::crawled all{web, say, switchback::semaphore(at_once), {first}};
    scheduler.run(polite::crawl{all, first});
    return std::move(all.got);
}

} // namespace examples
