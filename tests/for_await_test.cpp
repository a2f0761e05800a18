// Loops over what waits.
#include <switchback/for_await.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "support/fixture.hpp"
#include "support/frames.hpp"

namespace sb = switchback;
using fixture = test::virtual_time_with_log;
using test::live;
using test::words;
using namespace std::chrono_literals;

namespace {

struct numbers {
    int at;
    int end;
    std::chrono::nanoseconds every = 1s;
    live alive{};

    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        for (; at < end; ++at) {
            if (every > 0ns) SB_AWAIT(sb::sleep(every));
            SB_YIELD(at);
        }
        SB_END();
    }
};

struct with_clean_up {
    words* log;
    sb::step operator()(sb::async_yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) SB_YIELD(1);
        } SB_FINALLY {
            SB_AWAIT(sb::sleep(1s));
            log->push_back("cleaned up");
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "own AN1: SB_FOR_AWAIT waits for each value, and its statement may wait as well") {
    struct sum {
        sb::async_cursor<int> each{};
        int total = 0;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, numbers{1, 5}) {
                SB_AWAIT(sb::sleep(1s));
                total += *each;
            }
            SB_RETURN(total);
            SB_END();
        }
    };
    CHECK(scheduler.run(sum{}) == 10);
    CHECK(passed() == 8s);
}

TEST_CASE_FIXTURE(fixture, "own AN1: break and continue are the loop's own, and it is one statement") {
    struct picks {
        sb::async_cursor<int> outer{};
        sb::async_cursor<int> inner{};
        std::vector<int> seen{};
        bool wanted = true;
        sb::step operator()(sb::returns<std::vector<int>>& co) {
            SB_BEGIN(co);
            if (wanted)
                SB_FOR_AWAIT (outer, numbers{0, 100}) {
                    if (*outer == 1) continue;
                    if (*outer == 4) break;
                    SB_FOR_AWAIT (inner, numbers{0, 100, 0ns}) {
                        if (*inner == *outer) break;
                        seen.push_back(10 * *outer + *inner);
                    }
                }
            else
                seen.push_back(-1);
            if (!wanted)
                SB_FOR_AWAIT (inner, numbers{7, 8}) seen.push_back(*inner);
            else
                SB_FOR_AWAIT (inner, numbers{8, 9}) seen.push_back(*inner);
            SB_RETURN(seen);
            SB_END();
        }
    };
    CHECK(scheduler.run(picks{}) == std::vector<int>{20, 21, 30, 31, 32, 8});
    CHECK(scheduler.run(picks{{}, {}, {}, false}) == std::vector<int>{-1, 7});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN1: in the blocks of a try, in a switch, and out of them by a return") {
    struct all_over {
        sb::async_cursor<int> each{};
        words* log;
        sb::step operator()(sb::returns<int>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_FOR_AWAIT (each, numbers{0, 3}) {
                    if (*each == 1) throw std::runtime_error("one");
                }
            } SB_CATCH(std::runtime_error const& error) {
                log->push_back(error.what());
                SB_FOR_AWAIT (each, numbers{0, 2}) log->push_back("handles");
            } SB_FINALLY {
                SB_FOR_AWAIT (each, numbers{0, 2}) log->push_back("finally");
            } SB_END_TRY
            SB_SWITCH(1) {
                SB_CASE(1):
                    SB_FOR_AWAIT (each, numbers{5, 9}) {
                        SB_TRY {
                            if (*each == 7) SB_RETURN(*each);
                        } SB_FINALLY {
                            log->push_back("leaves");
                        } SB_END_TRY
                    }
                    break;
                SB_DEFAULT: break;
            }
            SB_RETURN(-1);
            SB_END();
        }
    };
    CHECK(scheduler.run(all_over{{}, &log}) == 7);
    CHECK(log == words{"one", "handles", "handles", "finally", "finally", "leaves", "leaves", "leaves"});
    CHECK(live::count() == 0);
}

TEST_CASE_FIXTURE(fixture, "own AN1: the generator is evaluated once; one that is an lvalue is borrowed, and can go on behind the loop") {
    struct borrows {
        sb::async_generator<int> from = numbers{0, 6};
        sb::async_cursor<int> each{};
        int made = 0;
        std::vector<int> seen{};
        sb::async_generator<int>& the_generator() {
            ++made;
            return from;
        }
        sb::step operator()(sb::returns<std::vector<int>>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, the_generator()) {
                seen.push_back(*each);
                if (*each == 2) break;
            }
            CHECK(made == 1);
            CHECK(from.status() == sb::generator_status::suspended);
            SB_FOR_AWAIT (each, from) seen.push_back(*each);
            SB_FOR_AWAIT (each, from) seen.push_back(-1); // which has ended
            SB_RETURN(seen);
            SB_END();
        }
    };
    CHECK(scheduler.run(borrows{}) == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE_FIXTURE(fixture, "own AN2: a loop left early leaves its generator at the yield, until the cursor goes or is used again") {
    struct leaves_early {
        sb::async_cursor<int> each{};
        words* log;
        bool closes;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_FOR_AWAIT (each, with_clean_up{log}) break;
            log->push_back("left");
            if (closes) SB_AWAIT(each.close());
            log->push_back("ends");
            SB_END();
        }
    };
    scheduler.run(leaves_early{{}, &log, false});
    CHECK(log == words{"left", "ends"});
    CHECK(passed() == 0s);
    pump.advance(1s);
    CHECK(log == words{"left", "ends", "cleaned up"});

    log.clear();
    scheduler.run(leaves_early{{}, &log, true});
    CHECK(log == words{"left", "cleaned up", "ends"});
    CHECK(passed() == 2s);
}

TEST_CASE_FIXTURE(fixture, "own AN1: an error of the generator is raised at the loop") {
    struct fails {
        sb::step operator()(sb::async_yields<int>& co) {
            SB_BEGIN(co);
            SB_YIELD(1);
            SB_AWAIT(test::failure_after{"no more", 1s});
            SB_END();
        }
    };
    struct reads {
        sb::async_cursor<int> each{};
        words* log;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_FOR_AWAIT (each, fails{}) log->push_back("got one");
            } SB_CATCH(std::runtime_error const& error) {
                log->push_back(error.what());
            } SB_END_TRY
            SB_FOR_AWAIT (each, fails{}) log->push_back("got one");
            SB_END();
        }
    };
    CHECK_THROWS_WITH_AS(scheduler.run(reads{{}, &log}), "no more", std::runtime_error);
    CHECK(log == words{"got one", "no more", "got one"});
}

TEST_CASE_FIXTURE(fixture, "own AN2: to close a cursor whose loop has come to its end does nothing") {
    struct reads {
        sb::async_cursor<int> each{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(each.close()); // no loop has begun
            SB_FOR_AWAIT (each, numbers{0, 3}) static_cast<void>(*each);
            SB_AWAIT(each.close());
            SB_END();
        }
    };
    scheduler.run(reads{});
    CHECK(live::count() == 0);
}
