// The crawler once more, over a single connection, without a thread: futures implement the pipelining of
// requests.
//
// On one connection the naive crawler waits for each answer before it asks again, and so pays for the way
// there and back with every page. But nothing keeps it from asking for the next page at once. The answers
// come in the order of the requests; so each request leaves a promise in a queue, and whoever reads an
// answer completes the promise that has waited longest. Who asked holds its future, and awaits it when he
// likes.
#pragma once

#include "printer.hpp"
#include "wire.hpp"

#include <deque>
#include <set>

namespace examples {
namespace pipelined {

// quoted: connection
class connection {
public:
    connection(sb::task_scheduler& home, wire& to) : home_(home), wire_(to) {}

    // Writes the request, and does not wait. The answer is the future's result.
    sb::future<std::string> get(std::string const& url) {
        sb::promise<std::string> content{home_};
        auto soon = content.get_future();
        wire_.write(url);
        unanswered_.push_back(std::move(content));
        if (unanswered_.size() == 1) reading_ = home_.start(read_answers{*this});
        return soon;
    }

private:
    struct read_answers {
        connection& at;
        answer got{};

        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                while (!at.unanswered_.empty()) {
                    SB_AWAIT_INTO(got, next_answer{at.wire_});
                    at.complete_first(std::move(got));
                }
            } SB_CATCH_ERRORS {
                at.fail_all(sb::handled_exception(co));
            } SB_END_TRY
            SB_END();
        }
    };

    void complete_first(answer got) {
        auto const content = std::move(unanswered_.front());
        unanswered_.pop_front();
        if (got.status == 200) {
            content.set_value(std::move(got.content)); // nobody hears it if the future was dropped
        } else {
            content.set_error(std::make_exception_ptr(
                std::runtime_error(std::to_string(got.status) + " " + got.content)));
        }
    }
    void fail_all(std::exception_ptr const& error) {
        for (auto const& content : std::exchange(unanswered_, {})) content.set_error(error);
    }

    sb::task_scheduler& home_;
    wire& wire_;
    std::deque<sb::promise<std::string>> unanswered_; // in the order of the requests
    sb::future<void> reading_;                        // while there are any
};
// end of quote

struct crawled {
    connection web;
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
        all.say("asking for " + url);
        SB_AWAIT_INTO(content, all.web.get(url));
        all.say("got " + url);
        all.got[filename_for_url(url)] = content;
        links = extract_urls(content);
        SB_AWAIT(sb::run_in_parallel(
            sb::filter([this](auto const& link) { return all.all_urls.insert(link).second; }, links),
            [this](auto const& link) { return crawl{all, link}; }));
        SB_END();
    }
};

} // namespace pipelined

// quoted: crawl_pipelined
inline files crawl_pipelined(
    sb::task_scheduler& scheduler, wire& to, std::string const& first, printer const& say) {
    pipelined::crawled all{{scheduler, to}, say, {first}};
    scheduler.run(pipelined::crawl{all, first});
    return std::move(all.got);
}
// end of quote

} // namespace examples
