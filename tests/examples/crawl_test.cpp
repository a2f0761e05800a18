// The crawlers of tools/examples: all of them bring home the same, and each does it in its own way.
#include <crawl_naive.hpp>
#include <crawl_pipelined.hpp>
#include <crawl_politely.hpp>
#include <crawl_tasks.hpp>
#include <crawl_threads.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>

#include "../support/fixture.hpp"
#include "lines.hpp"

namespace {

using namespace examples;
using namespace std::chrono_literals;

// Time that passes when somebody waits, on whatever thread.
struct hand_clock final : sb::clock {
    std::atomic<std::chrono::nanoseconds::rep> passed{0};

    void advance(std::chrono::nanoseconds by) { passed += by.count(); }
    sb::time_point now() const noexcept override { return sb::time_point(std::chrono::nanoseconds(passed)); }
};

// Asks the clock at each turn whether a limit has passed: a job may have advanced it.
class ringing_pump final : public sb::event_pump {
public:
    void wake() noexcept override {
        std::lock_guard<std::mutex> const lock(mutex_);
        woken_ = true;
        changed_.notify_all();
    }
    void wake_after(std::chrono::nanoseconds) noexcept override {}
    void turn(bool may_block) override {
        std::unique_lock<std::mutex> lock(mutex_);
        if (may_block) changed_.wait(lock, [this] { return woken_; });
        woken_ = false;
        lock.unlock();
        run_tasks(true);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
};

void no_wait(std::chrono::milliseconds) {}

// Blocks whoever waits, until so many have waited at once.
class meeting {
public:
    explicit meeting(int wanted) : wanted_(wanted) {}

    void wait(std::chrono::milliseconds delay) {
        if (delay == 0ms) return;
        std::unique_lock<std::mutex> lock(mutex_);
        ++come_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return come_ >= wanted_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int wanted_;
    int come_ = 0;
};

std::map<std::string, page> wide_site() {
    return {
        {"index.html", {"<img src='a.png'><img src='b.png'><img src='c.png'><img src='d.png'>", 0ms}},
        {"a.png", {"a", 1ms}},
        {"b.png", {"b", 1ms}},
        {"c.png", {"c", 1ms}},
        {"d.png", {"d", 1ms}},
    };
}

std::map<std::string, page> broken_site() {
    return {
        {"index.html", {"<img src='a.png'><img src='b.png'>", 0ms}},
        {"b.png", {"b", 0ms}},
    };
}

files all_of_small_site() {
    files all;
    for (auto const& [url, what] : small_site()) all[filename_for_url(url)] = what.content;
    return all;
}

auto const home = "http://site/index.html";

} // namespace

TEST_SUITE("examples: crawl") {
    TEST_CASE("of the links those are taken whose extension is wanted") {
        CHECK(extract_urls("<a href='a.html'><img src='b.png'><a href='c.mov'>") ==
              std::vector<std::string>{"a.html", "b.png"});
        CHECK(filename_for_url("http://site/d/a.html") == "a.html");
    }

    TEST_CASE("the naive crawler waits for one page after the other") {
        hand_clock clock;
        site const web(small_site(), [&](std::chrono::milliseconds delay) { clock.advance(delay); });
        test::lines lines(clock);
        CHECK(crawl_naive(web, home, lines.say) == all_of_small_site());
        CHECK(lines.text() == R"(
    0 ms  fetching http://site/index.html
  100 ms  fetching http://site/style.css
  160 ms  fetching http://site/news.html
  310 ms  fetching http://site/about.html
  430 ms  fetching http://site/logo.png
  540 ms  fetching http://site/menu.js
  620 ms  fetching http://site/party.jpg
  800 ms  fetching http://site/castle.jpg
  890 ms  fetching http://site/beach.jpg
 1030 ms  fetching http://site/team.jpg
 1200 ms  fetching http://site/map.gif
)");
        CHECK(clock.now().time_since_epoch() == 1270ms);
    }

    TEST_CASE("the crawler with threads fetches each page once, and the same ones") {
        std::atomic<int> fetched{0};
        site const web(small_site(), [&](std::chrono::milliseconds) { ++fetched; });
        hand_clock const clock;
        for (int threads : {1, 2, 8}) {
            CAPTURE(threads);
            fetched = 0;
            test::lines lines(clock);
            CHECK(crawl_with_threads(web, home, lines.say, threads) == all_of_small_site());
            CHECK(fetched == 11);
            CHECK(lines.count() == 11);
        }
    }

    TEST_CASE("the crawler with tasks fetches each page once, and the same ones") {
        std::atomic<int> fetched{0};
        site const web(small_site(), [&](std::chrono::milliseconds) { ++fetched; });
        test::virtual_time at;
        test::lines lines(at.pump);
        CHECK(crawl_with_tasks(at.scheduler, web, home, lines.say) == all_of_small_site());
        CHECK(fetched == 11);
        CHECK(lines.count() == 11);
    }

    TEST_CASE("with threads and with tasks, all pages that are known are on their way at once") {
        hand_clock const clock;
        test::lines lines(clock);
        {
            meeting together(4);
            site const web(wide_site(), [&](std::chrono::milliseconds delay) { together.wait(delay); });
            CHECK(crawl_with_threads(web, "index.html", lines.say, 4).size() == 5);
        }
        {
            meeting together(4);
            site const web(wide_site(), [&](std::chrono::milliseconds delay) { together.wait(delay); });
            sb::testing::virtual_pump pump;
            sb::task_scheduler scheduler(pump, pump, {1}); // one thread to compute: those that wait are others
            CHECK(crawl_with_tasks(scheduler, web, "index.html", lines.say).size() == 5);
        }
    }

    TEST_CASE("a page that is missing ends each of them, with its error") {
        site const web(broken_site(), no_wait);
        test::virtual_time at;
        test::lines lines(at.pump);
        CHECK_THROWS_WITH(crawl_naive(web, "index.html", lines.say), "404 a.png");
        CHECK_THROWS_WITH(crawl_with_threads(web, "index.html", lines.say, 1), "404 a.png");
        CHECK_THROWS_WITH(crawl_with_threads(web, "index.html", lines.say, 3), "404 a.png");
        CHECK_THROWS_WITH(crawl_with_tasks(at.scheduler, web, "index.html", lines.say), "404 a.png");
        CHECK(at.scheduler.unfinished_tasks() == 0);
        CHECK_THROWS_WITH(crawl_politely(at.scheduler, web, "index.html", lines.say, 1), "404 a.png");
        CHECK(at.scheduler.unfinished_tasks() == 0);
        wire to(at.pump, web);
        CHECK_THROWS_WITH(crawl_pipelined(at.scheduler, to, "index.html", lines.say), "404 a.png");
        CHECK(at.scheduler.unfinished_tasks() == 0);
    }

    TEST_CASE("the polite crawler brings home the same, so many at a time") {
        std::atomic<int> under_way{0};
        std::atomic<int> too_many{0};
        meeting together(2);
        site const web(small_site(), [&](std::chrono::milliseconds delay) {
            if (++under_way > 2) ++too_many;
            if (delay != 100ms) together.wait(delay); // all but the first: two do come together
            --under_way;
        });
        test::virtual_time at;
        test::lines lines(at.pump);
        CHECK(crawl_politely(at.scheduler, web, home, lines.say, 2) == all_of_small_site());
        CHECK(too_many == 0);
        CHECK(lines.count() == 11);
        CHECK(at.scheduler.unfinished_tasks() == 0);
    }

    TEST_CASE("the polite crawler's limit of time does not count the wait for a slot") {
        hand_clock clock;
        site const web(small_site(), [&](std::chrono::milliseconds) { clock.advance(4s); });
        ringing_pump pump;
        sb::task_scheduler scheduler(pump, clock);
        test::lines lines(clock);
        CHECK(crawl_politely(scheduler, web, home, lines.say, 1) == all_of_small_site());
        CHECK(clock.now().time_since_epoch() == 44s);
    }

    TEST_CASE_FIXTURE(test::virtual_time, "the pipelined crawler brings home the same, over one connection") {
        site const web(small_site(), no_wait);
        test::lines lines(pump);
        wire to(pump, web);
        CHECK(crawl_pipelined(scheduler, to, home, lines.say) == all_of_small_site());
        CHECK(lines.text() == R"(
    0 ms  asking for http://site/index.html
  100 ms  got http://site/index.html
  100 ms  asking for http://site/style.css
  100 ms  asking for http://site/news.html
  100 ms  asking for http://site/about.html
  100 ms  asking for http://site/logo.png
  100 ms  asking for http://site/menu.js
  160 ms  got http://site/style.css
  250 ms  got http://site/news.html
  250 ms  asking for http://site/party.jpg
  250 ms  asking for http://site/castle.jpg
  250 ms  asking for http://site/beach.jpg
  250 ms  got http://site/about.html
  250 ms  asking for http://site/team.jpg
  250 ms  asking for http://site/map.gif
  250 ms  got http://site/logo.png
  250 ms  got http://site/menu.js
  430 ms  got http://site/party.jpg
  430 ms  got http://site/castle.jpg
  430 ms  got http://site/beach.jpg
  430 ms  got http://site/team.jpg
  430 ms  got http://site/map.gif
)");
        CHECK(passed() == 430ms);
        CHECK(scheduler.unfinished_tasks() == 0);
    }
}
