#include "report.hpp"

#include "fetch_error.hpp"
#include "retry.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mirror;
using namespace std::chrono_literals;

TEST_SUITE("report") {
    TEST_CASE("failures are listed by address, with a traceback indented below its reason") {
        auto const start = url::parse("http://h/").value();
        progress watcher(progress::display::none);
        crawl site(start, options(), watcher);
        auto const job = site.first().front();
        auto const found = site.accept(job,
            {start,
                {{*start.resolve("b"), link_kind::page}, {*start.resolve("a"), link_kind::page}},
                5});
        site.reject(found.at(0), {"not found", ""});
        site.reject(found.at(1), {"gone", "in fetch\nin crawl\n"});
        CHECK(report(site, {1, 2, 0, 5, 0.25}, false) ==
              "http://h/a\n    gone\n        in fetch\n        in crawl\n"
              "http://h/b\n    not found\n"
              "1 fetched, 2 failed, 0 retried, 5 B in 0.2 s\n");
    }

    TEST_CASE("sizes are readable") {
        CHECK(readable_size(0) == "0 B");
        CHECK(readable_size(999) == "999 B");
        CHECK(readable_size(3'400'000) == "3.4 MB");
        CHECK(readable_size(5e16) == "50000.0 TB");
    }
}

TEST_SUITE("retry") {
    TEST_CASE("only what may yet succeed is tried again, and not too often") {
        fetch_error const transient("x", fetch_error::kind::transient);
        fetch_error const lasting("x", fetch_error::kind::lasting);
        CHECK(worth_retrying(transient, 1, 2));
        CHECK(worth_retrying(transient, 2, 2));
        CHECK_FALSE(worth_retrying(transient, 3, 2));
        CHECK_FALSE(worth_retrying(transient, 1, 0));
        CHECK_FALSE(worth_retrying(lasting, 1, 2));
        CHECK_FALSE(worth_retrying(std::runtime_error("disk full"), 1, 2));
    }

    TEST_CASE("pauses double from 100 ms up to half a minute") {
        CHECK((back_off(1) == 100ms));
        CHECK((back_off(2) == 200ms));
        CHECK((back_off(5) == 1600ms));
        CHECK((back_off(100) == 30s));
    }
}
