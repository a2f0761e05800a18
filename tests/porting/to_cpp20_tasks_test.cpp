// docs/porting/to-cpp20.md: tasks. Three steps of one port, all of which run in this one program.
#include <switchback/coroutines.hpp>
#include <switchback/sleep.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/try.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

using words = std::vector<std::string>;

namespace bodies {

// quoted: before_tasks
// Answers after a while, but for one name.
struct ask_for_page {
    std::string name;

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        if (name == "gone") throw std::runtime_error("no such page");
        SB_RETURN("page " + name);
        SB_END();
    }
};

struct load_all {
    words names;
    words* shown;
    std::size_t at = 0;
    std::string page{};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        for (; at < names.size(); ++at) {
            SB_TRY {
                SB_AWAIT_INTO(page, ask_for_page{names[at]});
                shown->push_back(page);
            } SB_CATCH(std::exception const& error) {
                SB_AWAIT(sb::sleep(1s));
                shown->push_back(error.what());
            } SB_END_TRY
        }
        SB_RETURN(static_cast<int>(shown->size()));
        SB_END();
    }
};
// end of quote

} // namespace bodies

namespace leaves_first {

// quoted: leaf_first
sb::coroutine<std::string> ask_for_page(std::string name) {
    co_await sb::sleep(1s);
    if (name == "gone") throw std::runtime_error("no such page");
    co_return "page " + name;
}
// end of quote

struct load_all {
    words names;
    words* shown;
    std::size_t at = 0;
    std::string page{};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        for (; at < names.size(); ++at) {
            SB_TRY {
                // quoted: leaf_awaited
                SB_AWAIT_INTO(page, ask_for_page(names[at])); // was: ask_for_page{names[at]}
                // end of quote
                shown->push_back(page);
            } SB_CATCH(std::exception const& error) {
                SB_AWAIT(sb::sleep(1s));
                shown->push_back(error.what());
            } SB_END_TRY
        }
        SB_RETURN(static_cast<int>(shown->size()));
        SB_END();
    }
};

} // namespace leaves_first

namespace whole {

using leaves_first::ask_for_page;

// quoted: after_tasks
sb::coroutine<int> load_all(words names, words* shown) {
    for (auto const& name : names) {
        std::string wrong;
        try {
            shown->push_back(co_await ask_for_page(name));
        } catch (std::exception const& error) {
            wrong = error.what(); // no co_await may stand here
        }
        if (wrong.empty()) continue;
        co_await sb::sleep(1s);
        shown->push_back(wrong);
    }
    co_return static_cast<int>(shown->size());
}
// end of quote

// quoted: body_from_coroutine
sb::coroutine<int> load_all_by_bodies(words names, words* shown) {
    bodies::load_all body{std::move(names), shown};
    co_return co_await std::move(body);
}
// end of quote

} // namespace whole

// A task type of another library's: here one that cannot be awaited, and ends by itself.
struct detached {
    struct promise_type {
        static detached get_return_object() noexcept { return {}; }
        static std::suspend_never initial_suspend() noexcept { return {}; }
        static std::suspend_never final_suspend() noexcept { return {}; }
        static void return_void() noexcept {}
        static void unhandled_exception() noexcept { std::terminate(); }
    };
};

// quoted: foreign
detached show_all(sb::task_scheduler& scheduler, words names, words* shown) {
    co_await sb::as_coroutine(scheduler, whole::load_all(std::move(names), shown));
    shown->push_back("that is all");
}
// end of quote

words const names{"one", "gone", "two"};
words const expected{"page one", "no such page", "page two"};

} // namespace

TEST_CASE("porting to C++20: tasks, rewritten one by one, do the same in the same time") {
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump};
    auto const same = [&](auto make) {
        words shown;
        auto const began = pump.now();
        CHECK(scheduler.run(make(&shown)) == 3);
        CHECK(shown == expected);
        CHECK(pump.now() - began == 4s);
    };
    same([](words* shown) { return bodies::load_all{names, shown}; });
    same([](words* shown) { return leaves_first::load_all{names, shown}; });
    same([](words* shown) { return whole::load_all(names, shown); });
    same([](words* shown) { return whole::load_all_by_bodies(names, shown); });

    words shown;
    show_all(scheduler, names, &shown);
    pump.advance(4s);
    CHECK(shown.back() == "that is all");
}
