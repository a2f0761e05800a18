#include "support/fixture.hpp"
#include "support/unhandled_log.hpp"

#include <switchback/switchback.hpp>
#include <switchback/testing/virtual_pump.hpp>

#include <doctest/doctest.h>

#include <any>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

namespace sb = switchback;
using fixture = test::virtual_time;
using namespace std::chrono_literals;

namespace {

constexpr auto io_error = std::errc::io_error;

// Can be made of anything: above all, of the result that holds one.
struct json {
    json() = default;
    template <class T>
    json(T&&) {}
};

template <class T>
struct gives {
    sb::result<T> what;

    sb::step operator()(sb::returns<sb::result<T>>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_RETURN(std::move(what));
        SB_END();
    }
};

} // namespace

TEST_CASE("result: a value, or an error") {
    sb::result<std::string> good = "text";
    CHECK(good);
    CHECK(*good == "text");
    CHECK(good->size() == 4);
    CHECK(good.value_or("other") == "text");
    CHECK_THROWS_AS(good.error(), sb::result_succeeded);
    sb::result<std::string> bad = sb::failed{io_error};
    CHECK_FALSE(bad.has_value());
    CHECK(bad.error() == io_error);
    CHECK(std::as_const(bad).value_or("other") == "other");
    CHECK_THROWS_AS(bad.value(), sb::result_failed);
    bad = "mended";
    CHECK(bad.value() == "mended");
}

TEST_CASE("result: errors of other types, and of the value's own") {
    sb::result<int, std::string> named = sb::failed{"no such thing"};
    CHECK(named.error() == "no such thing");
    sb::result<std::string, std::string> same = sb::failed{"failed"};
    CHECK_FALSE(same.has_value());
    same = "fine";
    CHECK(same.has_value());
    sb::result<bool> const no = false;
    CHECK(no.has_value());
    CHECK_FALSE(*no);
    sb::result<void> const done = sb::ok;
    CHECK(done);
    sb::result<void> const not_done = sb::failed{io_error};
    CHECK(not_done.error() == io_error);
    sb::result<std::unique_ptr<int>> owner = std::make_unique<int>(5);
    auto const taken = std::move(owner).value();
    CHECK(*taken == 5);
}

TEST_CASE("result: a copy of an error is an error, even where the value is made of anything") {
    sb::result<json> bad = sb::failed{io_error};
    auto copy = bad;
    CHECK_FALSE(copy.has_value());
    sb::result<std::any> any = sb::failed{io_error};
    sb::result<std::any> const other = any;
    CHECK_FALSE(other.has_value());
    sb::result<std::any> const from_failed = sb::failed{io_error};
    CHECK_FALSE(from_failed.has_value());
}

TEST_CASE("result: after an assignment that failed it holds neither, and says so") {
    struct throws { // so that the variant has nothing to fall back on
        throws() = default;
        throws(throws&&) noexcept(false) {}
        throws(throws const&) { throw 1; }
        throws& operator=(throws const&) = default;
        throws& operator=(throws&&) = default;
    };
    sb::result<int, throws> r = 1;
    sb::result<int, throws> const bad = sb::failed{throws()};
    CHECK_THROWS_AS(r = bad, int);
    CHECK_FALSE(r.has_value());
    CHECK_THROWS_AS(r.error(), sb::result_succeeded);
    CHECK_THROWS_AS(r.value(), sb::result_failed);
}

TEST_CASE("result: SB_AWAIT_OK passes errors on, through finally blocks") {
    struct body {
        std::string& log;
        int got = 0;

        sb::step operator()(sb::returns<sb::result<int>>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_AWAIT_OK_INTO(got, gives<int>{1});
                log += std::to_string(got);
                SB_AWAIT_OK(gives<int>{sb::failed{io_error}});
                log += "not reached";
            } SB_CATCH_ALL {
                log += "an error is no exception";
            } SB_FINALLY {
                SB_AWAIT(sb::sleep(1s));
                log += " finally";
            } SB_END_TRY
            SB_END();
        }
    };
    fixture f;
    std::string log;
    CHECK(f.scheduler.run(body{log}).error() == io_error);
    CHECK(log == "1 finally");
}

TEST_CASE("result: SB_AWAIT_OK in a handler, an else and a switch") {
    struct body {
        int where;
        int got = 0;

        sb::step operator()(sb::returns<sb::result<int>>& co) {
            SB_BEGIN(co);
            SB_SWITCH(where) {
                SB_CASE(0):
                    SB_AWAIT_OK_INTO(got, gives<int>{sb::failed{io_error}});
                    break;
                SB_CASE(1):
                    SB_TRY {
                        throw 5;
                    } SB_CATCH_ALL {
                        SB_AWAIT_OK_INTO(got, gives<int>{sb::failed{io_error}});
                    } SB_END_TRY
                    break;
                SB_CASE(2):
                    SB_TRY {
                        got = 1;
                    } SB_CATCH_ALL {
                    } SB_ELSE {
                        SB_AWAIT_OK_INTO(got, gives<int>{sb::failed{io_error}});
                    } SB_END_TRY
                    break;
                SB_DEFAULT:
                    if (where < 0) SB_AWAIT_OK(gives<int>{sb::failed{io_error}});
                    else SB_AWAIT_OK_INTO(got, gives<int>{where});
            }
            SB_RETURN(got);
            SB_END();
        }
    };
    fixture f;
    for (int where : {-1, 0, 1, 2}) CHECK(f.scheduler.run(body{where}).error() == io_error);
    CHECK(f.scheduler.run(body{7}).value() == 7);
}

TEST_CASE("result: of what cannot be copied, from a future") {
    using unique = std::unique_ptr<int>;
    struct makes {
        sb::step operator()(sb::returns<sb::result<std::vector<unique>>>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            {
                std::vector<unique> made;
                made.push_back(std::make_unique<int>(3));
                SB_RETURN(std::move(made));
            }
            SB_END();
        }
    };
    struct takes {
        sb::future<sb::result<std::vector<unique>>> from;
        std::vector<unique> got{};

        sb::step operator()(sb::returns<sb::result<int>>& co) {
            SB_BEGIN(co);
            SB_AWAIT_OK_INTO(got, std::move(from));
            SB_RETURN(*got.at(0));
            SB_END();
        }
    };
    fixture f;
    CHECK(f.scheduler.run(takes{f.scheduler.start(makes{})}).value() == 3);
}
