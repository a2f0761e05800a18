#include <switchback/traceback.hpp>

#include <switchback/handled.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include "support/fixture.hpp"
#include "support/frames.hpp"
#include "support/unhandled_log.hpp"

namespace sb = switchback;
using fixture = test::virtual_time;
using test::words;
using namespace std::chrono_literals;

namespace {

// The lines that the frames below say they stand in.
struct lines {
    int leaf = 0;
    int middle = 0;
    int outer = 0;
};

struct leaf {
    lines* at;
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<void>& co) {
        if (at->leaf == 0) at->leaf = __LINE__ + 1;
        SB_BEGIN(co);
        if (time > 0ns) {
            at->leaf = __LINE__ + 1;
            SB_AWAIT(sb::sleep(time));
        }
        throw std::runtime_error("from the leaf");
        SB_END();
    }
};

struct middle {
    lines* at;
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        at->middle = __LINE__ + 1;
        SB_AWAIT(leaf{at, time});
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

struct outer {
    lines* at;
    std::chrono::nanoseconds time;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        at->outer = __LINE__ + 1;
        SB_AWAIT(middle{at, time});
        SB_END();
    }
};

// An await within so many scopes.
struct nested {
    lines* at;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_SWITCH(2) {
                SB_CASE(1): {
                    SB_AWAIT(sb::yield_now());
                    break;
                }
                SB_CASE(2): {
                    SB_TRY {
                        at->middle = 0;
                    } SB_FINALLY {
                        SB_TRY {
                            SB_AWAIT(sb::yield_now());

                            at->middle = __LINE__ + 1;
                            SB_AWAIT(leaf{at, 1s});
                        } SB_FINALLY {
                            at->outer = 1;
                        } SB_END_TRY
                    } SB_END_TRY
                    break;
                }
            }
        } SB_CATCH(std::bad_alloc const& error) {
            (void)error;
        } SB_END_TRY
        SB_END();
    }
};

template <class Run>
sb::traceback trace_of(Run run) {
    try {
        run();
    } catch (...) {
        return sb::current_traceback();
    }
    return {};
}

void check_entry(sb::traceback::entry const& entry, char const* frame, int line) {
    CAPTURE(frame);
    CHECK(entry.frame.find(frame) != std::string::npos);
    CHECK(entry.file.find("traceback_test.cpp") != std::string::npos);
    CHECK(entry.line == line);
}

bool names(sb::traceback const& trace, char const* frame) {
    for (auto const& entry : trace.entries()) {
        if (entry.frame.find(frame) != std::string::npos) return true;
    }
    return false;
}

} // namespace

TEST_CASE_FIXTURE(fixture,
    "imvu T3: a traceback names the frame, file and line of every await that the error passed") {
    for (auto const time : {0ns, std::chrono::nanoseconds(1s)}) {
        lines at;
        auto const trace = trace_of([&] { scheduler.run(outer{&at, time}); });
        REQUIRE(trace.entries().size() == 3);
        check_entry(trace.entries()[0], "outer", at.outer);
        check_entry(trace.entries()[1], "middle", at.middle);
        check_entry(trace.entries()[2], "leaf", at.leaf);
        CHECK(trace.omitted() == 0);
    }
}

TEST_CASE_FIXTURE(fixture, "own TB1: the line of an await within nested scopes is exact") {
    lines at;
    auto const trace = trace_of([&] { scheduler.run(nested{&at}); });
    REQUIRE(trace.entries().size() == 2);
    check_entry(trace.entries()[0], "nested", at.middle);
    check_entry(trace.entries()[1], "leaf", at.leaf);
}

TEST_CASE_FIXTURE(fixture, "a traceback leads through futures, and each waiter has its own") {
    lines at;
    struct waits {
        sb::future<void> of;
        int* line;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            *line = __LINE__ + 1;
            SB_AWAIT(of);
            SB_END();
        }
    };
    auto const started = scheduler.start(outer{&at, 1s});
    int first = 0;
    int second = 0;
    auto const a = scheduler.start(waits{started, &first});
    auto const b = scheduler.start(waits{a, &second});
    pump.advance(2s);
    CHECK(started.traceback().entries().size() == 3);
    REQUIRE(a.traceback().entries().size() == 4);
    check_entry(a.traceback().entries()[0], "waits", first);
    check_entry(a.traceback().entries()[1], "outer", at.outer);
    CHECK(b.traceback().entries().size() == 5);
}

TEST_CASE_FIXTURE(fixture, "a traceback leads through run_in_parallel") {
    lines at;
    int line = 0;
    auto const trace = trace_of([&] {
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            line = __LINE__ + 1;
            SB_AWAIT(sb::run_in_parallel(sb::sleep(1h), outer{&at, 1s}));
            SB_END();
        });
    });
    REQUIRE(trace.entries().size() >= 4);
    CHECK(trace.entries().front().line == line);
    check_entry(trace.entries().back(), "leaf", at.leaf);
    CHECK(names(trace, "parallel"));
    CHECK(names(trace, "outer"));
}

TEST_CASE_FIXTURE(fixture, "the traceback of a job's error begins where the job was awaited") {
    int line = 0;
    auto const trace = trace_of([&] {
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            line = __LINE__ + 1;
            SB_AWAIT(sb::offload([] { throw std::runtime_error("in a job"); }));
            SB_END();
        });
    });
    REQUIRE(trace.entries().size() == 1);
    CHECK(trace.entries()[0].line == line);
}

TEST_CASE_FIXTURE(fixture,
    "a handler sees the way that its exception came, its own frame included") {
    lines at;
    int line = 0;
    sb::traceback seen;
    scheduler.run([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            line = __LINE__ + 1;
            SB_AWAIT(outer{&at, 1s});
        } SB_CATCH_ERRORS {
            seen = sb::handled_traceback(co);
        } SB_END_TRY
        SB_END();
    });
    REQUIRE(seen.entries().size() == 4);
    CHECK(seen.entries()[0].line == line);
}

TEST_CASE_FIXTURE(fixture, "an error that goes through run() within a body keeps its way") {
    lines at;
    auto const trace = trace_of([&] {
        scheduler.run([&](sb::returns<void>& co) {
            SB_BEGIN(co);
            scheduler.run(outer{&at, 1s});
            SB_END();
        });
    });
    REQUIRE(trace.entries().size() == 4);
    check_entry(trace.entries()[1], "outer", at.outer);
    check_entry(trace.entries()[3], "leaf", at.leaf);
}

TEST_CASE_FIXTURE(fixture, "current_traceback is empty for an exception that came out of no task") {
    lines at;
    (void)trace_of([&] { scheduler.run(outer{&at, 1s}); });
    CHECK(trace_of([] { throw 1; }).empty());
    CHECK(sb::current_traceback().empty());
}

TEST_CASE_FIXTURE(fixture, "a traceback reads as Python prints it") {
    lines at;
    auto const task = scheduler.start(leaf{&at, 1s});
    pump.advance(2s);
    auto const trace = task.traceback();
    CHECK(trace.to_string() == "Traceback (most recent call last):\n  File \"" +
                                   trace.entries()[0].file + "\", line " +
                                   std::to_string(at.leaf) + ", in " + trace.entries()[0].frame +
                                   "\n");
    CHECK(sb::describe(task.error()) == "std::runtime_error: from the leaf");
    CHECK(sb::traceback().to_string().empty());
}

TEST_CASE_FIXTURE(fixture, "gen I6: an exception that is raised again keeps the frames that it has, outermost first") {
    struct fails {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            throw std::runtime_error("no");
            SB_END();
        }
    };
    struct raises_again {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT(fails{});
            } SB_CATCH_ERRORS {
                SB_AWAIT(sb::sleep(1s));
                SB_RAISE();
            } SB_END_TRY
            SB_END();
        }
    };
    struct outermost {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(raises_again{});
            SB_END();
        }
    };
    auto const task = scheduler.start(outermost{});
    pump.advance(2s);
    auto const way = task.traceback();
    auto const names = [&](std::size_t i, char const* frame) {
        return way.entries()[i].frame.find(frame) != std::string::npos;
    };
    REQUIRE(way.entries().size() >= 3);
    CHECK(names(0, "outermost"));
    CHECK(names(1, "raises_again"));
    CHECK(names(way.entries().size() - 1, "fails"));
    CHECK(task.error() != nullptr);
}

TEST_CASE_FIXTURE(fixture, "a traceback of thousands of frames is cut, and says so") {
    struct deep {
        int depth;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (depth == 0) throw std::runtime_error("deep");
            SB_AWAIT(deep{depth - 1});
            SB_END();
        }
    };
    auto const trace = trace_of([&] { scheduler.run(deep{10'000}); });
    CHECK(trace.entries().size() + trace.omitted() == 10'001);
    CHECK(trace.omitted() > 0);
    CHECK(trace.to_string().find("frames left out") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "an unhandled error comes to its handler with its traceback") {
    static std::string text;
    auto const before = sb::set_unhandled_error_handler(
        [](sb::unhandled_error const& error) { text = sb::traceback(error).to_string(); });
    lines at;
    scheduler.start_detached(outer{&at, 1s});
    pump.advance(2s);
    sb::set_unhandled_error_handler(before);
    CHECK(text.find("outer") < text.find("middle"));
    CHECK(text.find("middle") < text.find("leaf"));
}

TEST_CASE_FIXTURE(fixture, "a cancelled task's traceback says where it stood") {
    int line = 0;
    auto const task = scheduler.start([&](sb::returns<void>& co) {
        SB_BEGIN(co);
        line = __LINE__ + 1;
        SB_AWAIT(sb::sleep(1h));
        SB_END();
    });
    pump.run_ready();
    task.cancel();
    pump.run_ready();
    REQUIRE(task.traceback().entries().size() == 1);
    CHECK(task.traceback().entries()[0].line == line);
}

TEST_CASE("describe names an exception's type and what it says of itself") {
    CHECK(sb::describe(std::make_exception_ptr(std::out_of_range("far"))) ==
          "std::out_of_range: far");
    CHECK(sb::describe(nullptr) == "no exception");
#if defined(__EMSCRIPTEN__) // which does not tell the type of what is no std::exception
    CHECK(sb::describe(std::make_exception_ptr(5)) == "an exception");
#elif defined(__GNUC__)
    CHECK(sb::describe(std::make_exception_ptr(5)) == "int");
#endif
}
