// Frames that await others, and themselves wait.
#include "frames.hpp"

#include <switchback/offload.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace sb = switchback;
using faults::enters_try;
using faults::leaves_try;
using namespace std::chrono_literals;

SB_SCENARIO("imvu T2: a task sleeps, and gives the others a turn") {
    int i = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        for (i = 0; i < 3; ++i) {
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(sb::yield_now());
        }
        SB_END();
    }
};

SB_SCENARIO("imvu T3: a result comes up through a chain of awaits") {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, faults::plain_chain{5});
        SB_AWAIT_INTO(got, faults::plain_chain{2});
        SB_END();
    }
};

SB_SCENARIO("imvu T3, own TB1: an error comes up through a chain of awaits, and is caught") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(faults::plain_chain{5, true});
        } SB_CATCH(faults::failure const& error) {
            CHECK(std::string_view(error.what()) == "a scenario's failure");
            SB_AWAIT(sb::sleep(1s));
        } SB_CATCH(std::bad_alloc const& error) {
            (void)error;
            SB_AWAIT(sb::sleep(1s));
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("imvu T3: an error that nobody catches ends the task") {
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(faults::guarded_chain{3, true});
        } SB_CATCH(faults::failure const& error) {
            (void)error;
            SB_AWAIT(sb::yield_now());
        } SB_FINALLY {
            leaves_try();
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("aio S3: awaits that need not wait") {
    int got = 0;
    sb::future<int> done{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, faults::value_after{1, 0s});
        done = co.start(faults::value_after{2, 0s});
        SB_AWAIT(sb::sleep(0s));
        SB_AWAIT_INTO(got, done);
        SB_AWAIT_INTO(got, faults::value_after{3, 0s});
        SB_END();
    }
};

SB_SCENARIO("own B1: awaits in a row, without waiting") {
    int i = 0;
    int got = 0;
    sb::future<int> done{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        done = co.start(faults::value_after{2, 0s});
        for (i = 0; i < 300; ++i) SB_AWAIT_INTO(got, done);
        SB_END();
    }
};

SB_SCENARIO("own V1: what storing a result throws is raised at the await") {
    std::vector<int> held{1};
    test::live alive{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(held.at(3), faults::value_after{1});
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct result_with_a_block {
    std::unique_ptr<test::live> held;
};

struct makes_a_block {
    sb::step operator()(sb::returns<result_with_a_block>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::sleep(1s));
        SB_RETURN(result_with_a_block{std::make_unique<test::live>()});
        SB_END();
    }
};

// Returns in a try, and again in its finally, which is broken off: the earlier value counts.
struct takes_a_return_back {
    int i = 0;
    sb::step operator()(sb::returns<result_with_a_block>& co) {
        SB_BEGIN(co);
        SB_TRY {
            enters_try();
            SB_AWAIT(sb::sleep(1s));
            SB_RETURN(result_with_a_block{std::make_unique<test::live>()});
        } SB_FINALLY {
            leaves_try();
            for (i = 0; i < 2; ++i) {
                SB_TRY {
                    enters_try();
                    SB_AWAIT(sb::yield_now());
                    SB_RETURN(result_with_a_block{std::make_unique<test::live>()});
                } SB_FINALLY {
                    leaves_try();
                    SB_AWAIT(sb::yield_now());
                    break;
                } SB_END_TRY
            }
        } SB_END_TRY
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own V2: a child's result is stored, and its members are destroyed") {
    result_with_a_block got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, makes_a_block{});
        CHECK(got.held != nullptr);
        SB_AWAIT(makes_a_block{}); // and nobody takes it
        SB_AWAIT(sb::sleep(1s));
        SB_END();
    }
};

SB_SCENARIO("gen G3: a return that comes to nothing gives its place back") {
    result_with_a_block got{};
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, takes_a_return_back{});
        } SB_CATCH(std::bad_alloc const& error) {
            (void)error;
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

namespace {

struct returns_nothing {
    test::live alive{};
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        SB_END();
    }
};

} // namespace

SB_SCENARIO("own V3: a task that ends without its value fails") {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT_INTO(got, returns_nothing{});
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own V4: a task without a type is awaited, or never") {
    sb::task<int> made = faults::value_after{3};
    sb::task<int> never = faults::value_after{4};
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, std::move(made));
        SB_TRY {
            SB_AWAIT_INTO(got, std::move(made));
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};

SB_SCENARIO("own D1: awaits deeper than the C++ stack is used for, which succeed") {
    int got = 0;
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(got, faults::plain_chain{300});
        SB_END();
    }
};

SB_SCENARIO("own D1: awaits deeper than the C++ stack is used for, which fail") {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_AWAIT(faults::guarded_chain{40, true});
        } SB_CATCH_ERRORS {
            SB_AWAIT(sb::yield_now());
        } SB_END_TRY
        SB_END();
    }
};
