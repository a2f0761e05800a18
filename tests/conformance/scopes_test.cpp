// Limits, groups and clean-up in one another, as random programs, against what asyncio did with them: see
// scopes.py, which wrote the table. A program is data, and one frame interprets each of its blocks.
#include <switchback/handled.hpp>
#include <switchback/switchback.hpp>
#include <switchback/task_group.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/timeouts.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

struct statement {
    char kind = 0; // see scopes.py
    int number = 0;
    int time = 0;
    std::vector<statement> body{}, handler{}, at_the_end{};
};
using block = std::vector<statement>;

block parse(std::istream& in) {
    std::size_t count = 0;
    in >> count;
    block found(count);
    for (auto& each : found) {
        in >> each.kind >> each.number;
        if (std::string("sfm").find(each.kind) != std::string::npos) in >> each.time;
        if (std::string("fmg+cret").find(each.kind) != std::string::npos) each.body = parse(in);
        if (std::string("ret").find(each.kind) != std::string::npos) {
            each.handler = parse(in);
            each.at_the_end = parse(in);
        }
    }
    return found;
}

struct error {
    int number;
};

std::string name_of(std::exception_ptr what) {
    try {
        std::rethrow_exception(what);
    } catch (sb::cancelled const&) {
        return "C";
    } catch (sb::timed_out const&) {
        return "T";
    } catch (error const& own) {
        return "E" + std::to_string(own.number);
    } catch (sb::exception_group const& group) {
        std::string text;
        for (auto const& each : group.errors()) text += (text.empty() ? "" : ",") + name_of(each.error);
        return "G(" + text + ")";
    } catch (std::exception const& other) {
        return other.what();
    }
}

struct world {
    sb::testing::virtual_pump pump;
    sb::time_point begun = pump.now();
    std::map<int, std::string> traces{};

    sb::time_point at(int milliseconds) const { return begun + milliseconds * 1ms; }
    void note(int task, std::string const& what) {
        traces[task] += " " + std::to_string((pump.now() - begun) / 1ms) + ":" + what;
    }
};

struct program {
    world* of;
    int task;
    sb::task_group* group;
    block const* statements;
    std::size_t i = 0;
    std::optional<sb::fail_after> fail{};
    std::optional<sb::move_on_after> move_on{};
    std::optional<sb::task_group> inner{};

    statement const& now() const { return (*statements)[i]; }
    program part(block const& inside) const { return {of, task, group, &inside}; }
    void note(std::string const& what) { of->note(task, what + std::to_string(now().number)); }

    sb::step operator()(sb::returns<void>& co);
};

struct whole_task {
    world* of;
    int task;
    block const* statements;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        of->note(task, "begin");
        SB_TRY {
            SB_AWAIT(program{of, task, nullptr, statements});
            of->note(task, "end");
        } SB_CATCH_ALL {
            of->note(task, "out_" + name_of(sb::handled_exception(co)));
            SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

sb::step program::operator()(sb::returns<void>& co) {
    SB_BEGIN(co);
    for (i = 0; i < statements->size(); ++i) {
        if (now().kind == 's') {
            SB_AWAIT(sb::sleep(now().time * 1ms));
            note("s");
        } else if (now().kind == 'f') {
            SB_ASYNC_WITH(fail, sb::fail_after::at(of->at(now().time))) {
                SB_AWAIT(part(now().body));
            } SB_END_WITH
            note("f");
        } else if (now().kind == 'm') {
            SB_ASYNC_WITH(move_on, sb::move_on_after::at(of->at(now().time))) {
                SB_AWAIT(part(now().body));
            } SB_END_WITH
            note("m");
        } else if (now().kind == 'g') {
            SB_ASYNC_WITH(inner, sb::task_group{}) {
                SB_AWAIT(program{of, task, &*inner, &now().body});
            } SB_END_WITH
            note("g");
        } else if (now().kind == '+') {
            try {
                if (group != nullptr) group->start(whole_task{of, now().number, &now().body});
            } catch (sb::scope_closed const&) {
            }
        } else if (now().kind == 'x') {
            note("x");
            throw error{now().number};
        } else if (now().kind == 'c') {
            SB_AWAIT(part(now().body));
        } else {
            SB_TRY {
                SB_TRY {
                    SB_AWAIT(part(now().body));
                } SB_CATCH(sb::cancelled const& request) {
                    (void)request;
                    if (now().kind == 'r') {
                        of->note(task, "r" + std::to_string(now().number) + "C");
                        SB_AWAIT(part(now().handler));
                    }
                    SB_RAISE();
                } SB_CATCH_ERRORS {
                    if (now().kind != 'e') SB_RAISE();
                    of->note(task, "e" + std::to_string(now().number) + name_of(sb::handled_exception(co)));
                    SB_AWAIT(part(now().handler));
                } SB_END_TRY
            } SB_FINALLY {
                note("y");
                SB_AWAIT(part(now().at_the_end));
            } SB_END_TRY
        }
    }
    SB_END();
}

std::string trace_of(std::string const& text) {
    std::istringstream in(text);
    std::size_t count = 0;
    in >> count;
    std::vector<int> requests(count);
    for (auto& each : requests) in >> each;
    auto const body = parse(in);

    world of;
    sb::task_scheduler scheduler{of.pump, of.pump};
    auto const task = scheduler.start(whole_task{&of, 0, &body});
    std::vector<sb::future<void>> cancellers;
    for (int const moment : requests) {
        cancellers.push_back(scheduler.start([&of, task, moment](sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep_until(of.at(moment)));
            task.cancel();
            SB_END();
        }));
    }
    while (!task.ready()) of.pump.turn(true); // a deadlock throws
    (void)task.error();
    std::string trace;
    for (auto const& [id, what] : of.traces) trace += (trace.empty() ? "" : "; ") + std::to_string(id) + "|" + what;
    return trace;
}

struct expected {
    char const* program;
    char const* trace;
};
constexpr expected table[] = {
#include "scopes.inc"
};

} // namespace

TEST_CASE("scopes: random programs of limits, groups and clean-up do what asyncio does") {
    for (auto const& each : table) {
        CAPTURE(each.program);
        CHECK(trace_of(each.program) == each.trace);
    }
}

// `scopes.py --count 99999 > programs`, and SB_SCOPE_PROGRAMS=programs: more of them.
TEST_CASE("scopes: so do the programs of a file, where one is given") {
    auto const* const path = std::getenv("SB_SCOPE_PROGRAMS");
    if (path == nullptr) return;
    std::ifstream in(path);
    REQUIRE(in);
    int compared = 0;
    for (std::string program, trace; std::getline(in, program) && std::getline(in, trace); ++compared) {
        CAPTURE(program);
        CHECK(trace_of(program) == trace);
    }
    MESSAGE(compared << " programs were compared");
}
