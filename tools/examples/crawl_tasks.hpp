// The same crawler with tasks. To fetch a page blocks, and so is a job on a worker thread, of those for what
// waits; all else runs on one thread, and takes turns only where it awaits. So there is no lock, and nobody
// asks whether it is over: it is when the first task has ended, for a task waits for those that it has made.
#pragma once

#include "printer.hpp"
#include "site.hpp"

#include <switchback/switchback.hpp>

#include <set>

namespace examples {

namespace sb = switchback;

// quoted: crawl
// What the tasks share.
struct crawled {
    site const& web;
    printer const& say;
    std::set<std::string> all_urls{};
    files got{};
};

struct crawl {
    crawled& all;
    std::string url;
    std::string content{};
    std::vector<std::string> links{};

    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        all.say("fetching " + url);
        SB_AWAIT_INTO(content, sb::offload_blocking(&site::urlopen, &all.web, url));
        all.got[filename_for_url(url)] = content;
        links = extract_urls(content);
        SB_AWAIT(sb::run_in_parallel(
            sb::filter([this](auto const& link) { return all.all_urls.insert(link).second; }, links),
            [this](auto const& link) { return crawl{all, link}; }));
        SB_END();
    }
};
// end of quote

// The site must outlive the scheduler, whose jobs use it.
inline files crawl_with_tasks(
    sb::task_scheduler& scheduler, site const& web, std::string const& first, printer const& say) {
    crawled all{web, say, {first}};
    scheduler.run(crawl{all, first});
    return std::move(all.got);
}

} // namespace examples
