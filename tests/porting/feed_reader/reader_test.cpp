// The feed reader's tests: compiled against each step of the port, and passed by each.
#include "fake_server.hpp"

#include <doctest/doctest.h>

#include <optional>

namespace {

using namespace feeds;
using namespace std::chrono_literals;

struct world {
    virtual_loop loop;
    fake_server server;
    settings how;
    std::optional<reader> subject;

    std::vector<std::size_t> steps; // what the first function was told
    std::vector<report> reports;    // what the second was told
    std::function<void(std::size_t)> at_step = [](std::size_t) {};
    std::shared_ptr<int> held_by_callbacks = std::make_shared<int>(0);

    world() {
        server.pages = {{"/feeds", "/a\n/b\n/c\n/d\n/e\n"}, {"/a", "Apples"}, {"/b", "Bread"},
            {"/c", "Cheese"}, {"/d", "Dates"}, {"/e", "Eggs"}};
    }

    // Nothing is left behind: no callback, no timer, no request, nothing posted.
    ~world() {
        server.let_go();
        subject.reset();
        loop.run();
        CHECK(held_by_callbacks.use_count() == 1);
        CHECK(server.in_flight() == 0);
    }

    void begin() {
        if (!subject) subject.emplace(loop, server, how);
        subject->refresh(
            [this, token = held_by_callbacks](std::size_t finished, std::size_t) {
                steps.push_back(finished);
                at_step(finished);
            },
            [this, token = held_by_callbacks](report const& told) { reports.push_back(told); });
    }
    report const& refresh() {
        begin();
        auto const before = reports.size();
        while (reports.size() == before && loop.turn(true)) {}
        REQUIRE(reports.size() == before + 1);
        CHECK(held_by_callbacks.use_count() == 1); // they are let go when they are done
        return reports.back();
    }
};

} // namespace

TEST_CASE_FIXTURE(world, "porting: every feed is loaded, in the order of the list") {
    auto const& told = refresh();
    CHECK(told.how == outcome::complete);
    REQUIRE(told.feeds.size() == 5);
    std::string titles;
    for (auto const& each : told.feeds) titles += each.path + "=" + each.title + each.error + " ";
    CHECK(titles == "/a=Apples /b=Bread /c=Cheese /d=Dates /e=Eggs ");
}

TEST_CASE_FIXTURE(world, "porting: an empty list is complete at once") {
    server.pages["/feeds"] = "";
    CHECK(refresh().how == outcome::complete);
    CHECK(steps.empty());
}

TEST_CASE_FIXTURE(world, "porting: progress counts to the end") {
    refresh();
    CHECK(steps == std::vector<std::size_t>{1, 2, 3, 4, 5});
}

TEST_CASE_FIXTURE(world, "porting: so many requests run at once, and no more") {
    server.wait_for = 3; // fewer would wait for ever
    refresh();
    CHECK(server.peak() == 3);
}

TEST_CASE_FIXTURE(world, "porting: one at a time is possible, too") {
    how.at_once = 1;
    CHECK(refresh().how == outcome::complete);
    CHECK(server.peak() == 1);
}

TEST_CASE_FIXTURE(world, "porting: what the network drops is asked for again, after a growing pause") {
    server.failures["/c"] = 2;
    auto const before = loop.now();
    auto const& told = refresh();
    CHECK(told.feeds.at(2).title == "Cheese");
    CHECK(server.requests("/c") == 3);
    CHECK(loop.now() - before == 100ms + 200ms);
}

TEST_CASE_FIXTURE(world, "porting: a feed that fails too often is reported, beside the others") {
    server.failures["/b"] = 3;
    auto const& told = refresh();
    CHECK(told.how == outcome::complete);
    CHECK(told.feeds.at(1).title.empty());
    CHECK(told.feeds.at(1).error == "no answer: /b");
    CHECK(told.feeds.at(4).title == "Eggs");
    CHECK(server.requests("/b") == 3);
    CHECK(steps.size() == 5);
}

TEST_CASE_FIXTURE(world, "porting: what does not exist is asked for once") {
    server.pages.erase("/d");
    CHECK(refresh().feeds.at(3).error == "not found: /d");
    CHECK(server.requests("/d") == 1);
}

TEST_CASE_FIXTURE(world, "porting: without a list the refresh has failed") {
    server.failures["/feeds"] = 3;
    auto const& told = refresh();
    CHECK(told.how == outcome::failed);
    CHECK(told.error == "no answer: /feeds");
    CHECK(told.feeds.empty());
}

TEST_CASE_FIXTURE(world, "porting: the second time only the list, and what failed, is asked for") {
    server.failures["/e"] = 3;
    refresh();
    steps.clear();
    auto const requests = server.requests();
    auto const& told = refresh();
    CHECK(told.feeds.at(0).title == "Apples");
    CHECK(told.feeds.at(4).title == "Eggs");
    CHECK(server.requests() == requests + 2);
    CHECK(steps == std::vector<std::size_t>{1, 2, 3, 4, 5});
}

TEST_CASE_FIXTURE(world, "porting: cancelled in the middle, it says so once, and nothing else") {
    server.wait_for = 3;
    server.held = {"/a"}; // and is being asked for when this is cancelled
    at_step = [this](std::size_t finished) {
        if (finished == 2) subject->cancel();
    };
    auto const told = refresh();
    CHECK(told.how == outcome::cancelled);
    CHECK(told.feeds.empty());
    server.let_go();
    loop.run();
    CHECK(reports.size() == 1);
    CHECK(steps == std::vector<std::size_t>{1, 2});
    CHECK(server.requests("/e") == 0); // /d took the place of the first
}

TEST_CASE_FIXTURE(world, "porting: cancelled by the last progress, it is cancelled all the same") {
    at_step = [this](std::size_t finished) {
        if (finished == 5) subject->cancel();
    };
    CHECK(refresh().how == outcome::cancelled);
    loop.run();
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(world, "porting: cancelled while the end is on its way, it ends once") {
    begin();
    while (steps.size() < 5) loop.turn(true);
    subject->cancel();
    loop.run();
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(world, "porting: cancelled before the list has come") {
    server.held = {"/feeds"};
    begin();
    subject->cancel();
    subject->cancel();
    while (reports.empty()) loop.turn(true);
    server.let_go();
    loop.run();
    CHECK(reports.size() == 1);
    CHECK(reports.at(0).how == outcome::cancelled);
    CHECK(server.requests("/a") == 0);
}

TEST_CASE_FIXTURE(world, "porting: cancelled during a pause, there is no further attempt") {
    server.failures["/feeds"] = 1;
    begin();
    loop.call_after(50ms, [this] { subject->cancel(); });
    loop.run();
    CHECK(reports.at(0).how == outcome::cancelled);
    CHECK(server.requests() == 1);
}

TEST_CASE_FIXTURE(world, "porting: to cancel nothing does nothing") {
    refresh();
    subject->cancel();
    loop.run();
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(world, "porting: after a cancellation the next refresh works") {
    at_step = [this](std::size_t finished) {
        if (finished == 1) subject->cancel();
    };
    CHECK(refresh().how == outcome::cancelled);
    at_step = [](std::size_t) {};
    CHECK(refresh().how == outcome::complete);
}

TEST_CASE_FIXTURE(world, "porting: one refresh at a time") {
    begin();
    CHECK_THROWS_AS(begin(), std::logic_error);
    loop.run();
    CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(world, "porting: the limit ends a refresh that cannot end") {
    how.limit = 250ms;
    server.failures["/c"] = 1000;
    how.attempts = 1000;
    auto const before = loop.now();
    auto const& told = refresh();
    CHECK(told.how == outcome::timed_out);
    CHECK(told.feeds.empty());
    CHECK(loop.now() - before == 250ms);
    CHECK(server.requests("/c") == 2); // at once, after 100 ms, and the third would be after 300
}

TEST_CASE_FIXTURE(world, "porting: a refresh in time leaves no limit behind") {
    auto const before = loop.now();
    refresh();
    loop.run();
    CHECK(loop.now() == before);
}

TEST_CASE_FIXTURE(world, "porting: destroyed in the middle, the reader calls nobody") {
    server.failures["/e"] = 1; // and there is a pause
    begin();
    while (steps.size() < 2) loop.turn(true);
    auto const so_far = steps.size();
    subject.reset();
    loop.run();
    CHECK(reports.empty());
    CHECK(steps.size() == so_far);
}

TEST_CASE_FIXTURE(world, "porting: destroyed when done is about to be called, it does not call") {
    server.pages["/feeds"] = "/a\n";
    begin();
    while (steps.empty()) loop.turn(true);
    subject.reset();
    loop.run();
    CHECK(reports.empty());
}

TEST_CASE_FIXTURE(world, "porting: the reader may be destroyed by the function that is told the end") {
    std::size_t told = 0;
    subject.emplace(loop, server, how);
    subject->refresh([](std::size_t, std::size_t) {}, [&](report const&) {
        ++told;
        subject.reset();
    });
    loop.run();
    CHECK(told == 1);
}

TEST_CASE_FIXTURE(world, "porting: the next refresh may begin where the last one ends") {
    std::size_t told = 0;
    subject.emplace(loop, server, how);
    subject->refresh([](std::size_t, std::size_t) {}, [&](report const&) {
        ++told;
        begin();
    });
    loop.run();
    CHECK(told == 1);
    CHECK(reports.at(0).how == outcome::complete);
}
