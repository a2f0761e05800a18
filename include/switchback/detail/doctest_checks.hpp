// What doctest prints and counts while a program is run again and again, of which only one run is to be seen.
// Included by <switchback/doctest_interleavings.hpp>, behind doctest itself.
#pragma once

#include <switchback/testing/stage.hpp>

#include <ostream>
#include <streambuf>
#include <string>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// Sees each check of a program that fails, which is told to the stage that it runs on. What doctest has counted of
// those in silent runs it takes back: a failure that was found twenty times, to be made plainer, is one.
class failed_checks final : public doctest::IReporter {
public:
    explicit failed_checks(doctest::ContextOptions const&) {}

    static inline testing::stage* on = nullptr; // null: no program runs
    static inline bool is_silent = false;
    static inline int printed = 0; // in this run of a program

    void log_assert(doctest::AssertData const& what) override {
        if (!what.m_failed || on == nullptr) return;
        auto said = std::string(doctest::assertString(what.m_at)) + "( " + what.m_expr + " ) is not correct";
        if (what.m_threw) said += ", it threw " + std::string(what.m_exception.c_str());
        tell(said, what.m_file, what.m_line, (what.m_at & doctest::assertType::is_warn) != 0);
    }
    void log_message(doctest::MessageData const& what) override {
        if (on == nullptr) return;
        tell(what.m_string.c_str(), what.m_file, what.m_line,
            (what.m_severity & doctest::assertType::is_warn) != 0);
    }
    void test_case_start(doctest::TestCaseData const&) override { of_case_ = 0; }
    void test_case_end(doctest::CurrentTestCaseStats const& stats) override {
        auto& counted = const_cast<doctest::CurrentTestCaseStats&>(stats);
        counted.numAssertsFailedCurrentTest -= of_case_;
        counted.numAssertsCurrentTest -= of_case_;
        of_run_ += of_case_;
    }
    void test_run_end(doctest::TestRunStats const& stats) override {
        auto& counted = const_cast<doctest::TestRunStats&>(stats);
        counted.numAssertsFailed -= of_run_;
        counted.numAsserts -= of_run_;
    }

    void report_query(doctest::QueryData const&) override {}
    void test_run_start() override { of_run_ = 0; }
    void test_case_reenter(doctest::TestCaseData const&) override {}
    void test_case_exception(doctest::TestCaseException const&) override {}
    void subcase_start(doctest::SubcaseSignature const&) override {}
    void subcase_end() override {}
    void test_case_skipped(doctest::TestCaseData const&) override {}

private:
    void tell(std::string const& what, char const* file, int line, bool is_warning) {
        if (is_warning) return;
        ++(is_silent ? of_case_ : printed);
        auto const name = std::string(file);
        on->fail(what + " (" + name.substr(name.find_last_of("/\\") + 1) + ':' + std::to_string(line) + ')');
    }

    int of_case_ = 0; // that failed in silence
    int of_run_ = 0;
};

inline int const failed_checks_are_seen = doctest::registerReporter<failed_checks>("switchback", 0, false);

// Nothing is printed meanwhile, by whichever reporter.
class silence {
public:
    silence() : stream_(*doctest::getContextOptions()->cout), before_(stream_.rdbuf(&nowhere_)) {
        failed_checks::is_silent = true;
    }
    silence(silence const&) = delete;
    silence& operator=(silence const&) = delete;
    ~silence() {
        failed_checks::is_silent = false;
        stream_.rdbuf(before_);
    }

private:
    struct : std::streambuf {
        int_type overflow(int_type c) override { return traits_type::not_eof(c); }
        std::streamsize xsputn(char const*, std::streamsize size) override { return size; }
    } nowhere_;
    std::ostream& stream_;
    std::streambuf* before_;
};

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
