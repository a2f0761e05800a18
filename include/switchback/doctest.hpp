// Test cases that are tasks, for doctest.
//
//     #include <switchback/doctest.hpp>
//
//     SB_TEST_CASE("a request is made once more after a second") {
//         page found{};
//         sb::step operator()(sb::returns<void>& co) {
//             SB_BEGIN(co);
//             SB_AWAIT_INTO(found, load{"/"});
//             CHECK(found.attempts == 2);
//             SB_END();
//         }
//     };
//
// Each case has a scheduler of its own, on a sb::testing::virtual_pump: hours pass at once. It fails
// where its task fails, with the traceback printed; where nothing can ever happen again, with the
// places that all its tasks stand at; where an error goes unhandled meanwhile; and where it leaves a
// task behind. The struct may have whatever a frame may have; a base class with what several cases
// need is given by SB_TEST_CASE_FIXTURE(base, "words"). Behind the words stand doctest's decorators, as
// in TEST_CASE("words" * doctest::timeout(1)).
//
// Where this header is included doctest has words for futures, tracebacks, exceptions, durations and
// the like; in a TEST_CASE, too.
//
// This header is not part of <switchback/switchback.hpp>. It needs doctest 2.4.9 or later, and exceptions.
#pragma once

#include <switchback/detail/config.hpp>

#if !defined(DOCTEST_VERSION) && defined(__has_include)
#    if __has_include(<doctest/doctest.h>)
#        include <doctest/doctest.h>
#    elif __has_include(<doctest.h>)
#        include <doctest.h>
#    endif
#endif

#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/doctest.hpp> needs exceptions, and this file is compiled without them"
#elif !defined(DOCTEST_VERSION)
#    error "<switchback/doctest.hpp> needs doctest: include it before, or let <doctest/doctest.h> be found"
#else

#include <switchback/detail/doctest_words.hpp>
#include <switchback/detail/standing.hpp>
#include <switchback/exception_group.hpp>
#include <switchback/sleep.hpp>
#include <switchback/task_scheduler.hpp>
#include <switchback/testing/virtual_pump.hpp>
#include <switchback/try.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#if !defined(DOCTEST_CONFIG_DISABLE)

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

// One run of an SB_TEST_CASE.
class test_case_run {
public:
    explicit test_case_run(std::string_view frame)
        : frame_(frame), outer_(std::exchange(current_, this)),
          handler_before_(set_unhandled_error_handler(&note_unhandled)) {}
    test_case_run(test_case_run const&) = delete;
    test_case_run& operator=(test_case_run const&) = delete;
    ~test_case_run() {
        scheduler_.reset(); // what is left cleans up while errors are still this case's
        set_unhandled_error_handler(handler_before_);
        current_ = outer_;
    }

    template <class Frame>
    void run() {
        try {
            auto& root = make<Frame>();
            auto const task = future_access::make(root);
            root_ = &root;
            if (!turn_until_done()) return;
            root_ = nullptr;
            task.get();
        } catch (doctest::detail::TestFailureException const&) {
            throw; // a REQUIRE: doctest has printed it
        } catch (...) {
            fail(words_of(std::current_exception(), current_traceback()));
            return;
        }
        run_what_is_ready();
        expect_no_tasks(*scheduler_, file(), line());
    }

    testing::virtual_pump& pump() noexcept { return pump_; }
    task_scheduler& scheduler() noexcept { return *scheduler_; }

    // Throws misuse where no case runs.
    static test_case_run& current() {
        if (current_ == nullptr) raise<misuse>("no SB_TEST_CASE is being run");
        return *current_;
    }

    // In a case or outside of one.
    static void expect_no_tasks(task_scheduler const& of, char const* where, int line_there) {
        std::size_t count = 0;
        std::string said;
        scheduler_access::core_of(of).visit_unfinished([&](node& left) {
            if (current_ != nullptr && &left == current_->root_) return;
            if (++count <= most_printed) said += "\n" + lines_of(frames_of(left));
        });
        if (count == 0) return;
        if (count > most_printed) said += "\nand so on";
        fail_at(where, line_there,
            (count == 1 ? "a task is left:" : std::to_string(count) + " tasks are left:") + said);
    }

private:
    static constexpr std::size_t most_printed = 10;
    static constexpr int most_turns_at_the_end = 1000;

    // The frame is built where it stays, so that a fixture's members may point at one another.
    template <class Frame>
    auto& make() {
        auto& home = scheduler_access::core_of(*scheduler_);
        auto frame = [] { return Frame{}; };
        auto& root = make_node<Frame>(nullptr, home.memory, true, frame)->result_part();
        home.adopt(root, 1);
        return root;
    }

    // False: it never will be.
    bool turn_until_done() {
        try {
            root_->home->run_until_done(*root_);
            return true;
        } catch (testing::deadlock const&) {
            fail(waits_for_ever());
            return false;
        }
    }

    std::string waits_for_ever() {
        std::string said = "deadlock: no task is ready, no timer runs, and no job is under way";
        auto const chain = waiting_from(*root_);
        for (auto* const at : chain) {
            said += at == root_ ? "\nThe case stands at" : "\nand waits for the task that stands at";
            said += "\n" + lines_of(frames_of(*at));
        }
        if (awaited_by(*chain.back()) != nullptr) said += "\nwhich waits for one of these";
        std::size_t count = 0;
        root_->home->visit_unfinished([&](node& other) {
            if (std::find(chain.begin(), chain.end(), &other) != chain.end()) return;
            if (++count == 1) said += "\nOthers stand at";
            if (count <= most_printed) said += "\n" + lines_of(frames_of(other));
        });
        if (count > most_printed) said += "\nand so on";
        return said;
    }

    // What may end without time passing ends now; but what goes on for ever is left.
    void run_what_is_ready() {
        for (int i = 0; i < most_turns_at_the_end; ++i) {
            auto const before = pump_.turns();
            pump_.turn(false);
            if (pump_.turns() == before) return;
        }
    }

    // In Python's form; the frame of the case, whose name is not the user's, by other words.
    static std::string text_of(traceback const& way) {
        auto text = way.to_string();
        if (current_ == nullptr) return text;
        auto const name = ", in " + std::string(current_->frame_) + "\n";
        for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
            text.replace(at, name.size(), ", in this case\n");
        }
        return text;
    }
    static std::string lines_of(traceback const& way) {
        auto const text = text_of(way);
        auto const begin = text.find('\n') + 1;
        auto const whose = way.task().empty() ? std::string() : "  Task \"" + way.task() + "\"\n";
        return whose + text.substr(begin, text.size() - begin - 1);
    }
    static std::string words_of(std::exception_ptr const& error, traceback const& way) {
        auto said = text_of(way) + describe_whole(error);
        said.pop_back(); // doctest ends the line itself
        return said;
    }

    static void fail(std::string const& said) { fail_at(file(), line(), said); }
    static void fail_at(char const* where, int line_there, std::string const& said) {
        DOCTEST_ADD_FAIL_CHECK_AT(where, line_there, to_doctest(said));
    }
    // Where the case stands.
    static char const* file() {
        return doctest::getContextOptions()->currentTest->m_file.c_str();
    }
    static int line() {
        return static_cast<int>(doctest::getContextOptions()->currentTest->m_line);
    }

    static bool was_printed(std::exception_ptr const& error) {
        try {
            std::rethrow_exception(error);
        } catch (doctest::detail::TestFailureException const&) {
            return true;
        } catch (...) {
            return false;
        }
    }
    static void note_unhandled(unhandled_error const& what) {
        try {
            if (was_printed(what.error)) return;
            fail("unhandled error in " + std::string(what.where) + "\n" +
                 words_of(what.error, traceback(what)));
        } catch (...) {
            fail_at(file(), line(), "an unhandled error, and no memory to describe it");
        }
    }

    static inline test_case_run* current_ = nullptr;

    std::string_view frame_;
    test_case_run* outer_;
    unhandled_error_handler handler_before_;
    testing::virtual_pump pump_;
    std::optional<task_scheduler> scheduler_{std::in_place, pump_, pump_};
    node* root_ = nullptr; // the case's own task, until it has ended
};

template <class Frame>
void run_test_case() {
    static_assert(is_task_frame<Frame>::value && std::is_void_v<result_of<Frame>>,
        "SB_TEST_CASE: a case is a task, sb::step operator()(sb::returns<void>& co)");
    test_case_run(type_name<Frame>()).run<Frame>();
}

} // namespace detail

namespace testing {

// The pump, which is the clock as well, and the scheduler of the SB_TEST_CASE that is being run. Throw
// misuse where none is. To let time pass a case waits, SB_AWAIT(sb::sleep(1h)), or, where it must not be
// suspended meanwhile, turns the loop itself: sb::testing::current_pump().advance(1h).
inline virtual_pump& current_pump() { return detail::test_case_run::current().pump(); }
inline task_scheduler& current_scheduler() { return detail::test_case_run::current().scheduler(); }

// A check that fails where tasks of this scheduler have not ended, and prints how many, and where they
// stand. An SB_TEST_CASE checks this at its end by itself, once all that is ready has run; in one, its
// own task does not count.
inline void expect_no_tasks(task_scheduler const& scheduler, char const* file = __builtin_FILE(),
    int line = __builtin_LINE()) {
    detail::test_case_run::expect_no_tasks(scheduler, file, line);
}

} // namespace testing

} // namespace SB_DETAIL_ABI
} // namespace switchback

#    define SB_DETAIL_REGISTER_TEST_CASE(name, ...) \
        DOCTEST_REGISTER_FUNCTION( \
            DOCTEST_EMPTY, &::switchback::detail::run_test_case<sb_test_cases::name>, __VA_ARGS__)

#else

#    define SB_DETAIL_REGISTER_TEST_CASE(name, ...)

#endif

// The frame is declared first, so that the case can be registered: what runs it is instantiated where
// the file ends. It belongs to this file alone, as its name may be that of another file's.
#define SB_DETAIL_TEST_CASE(name, base, ...) \
    namespace { \
    namespace sb_test_cases { \
    struct name; \
    } \
    } \
    SB_DETAIL_REGISTER_TEST_CASE(name, __VA_ARGS__) \
    struct sb_test_cases::name base

#define SB_TEST_CASE(...) SB_DETAIL_TEST_CASE(DOCTEST_ANONYMOUS(sb_test_case_), , __VA_ARGS__)
#define SB_TEST_CASE_FIXTURE(fixture, ...) \
    SB_DETAIL_TEST_CASE(DOCTEST_ANONYMOUS(sb_test_case_), : fixture, __VA_ARGS__)

#endif
