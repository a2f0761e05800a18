// docs/porting/to-cpp20.md: bodies, and the same as C++20's coroutines.
#include "coroutine_generator.hpp"

#include <switchback/generator.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace sb = switchback;
using words = std::vector<std::string>;

namespace before {

// quoted: before
// The words of a text.
struct words_of {
    std::string text;
    std::string word{};
    std::size_t at = 0;

    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        for (; at < text.size(); ++at) {
            if (text[at] != ' ') {
                word += text[at];
            } else if (!word.empty()) {
                SB_YIELD(word);
                word.clear();
            }
        }
        if (!word.empty()) SB_YIELD(word);
        SB_END();
    }
};
// end of quote

// quoted: before_handler
// Numbers, and what was wrong with those that are none. A yield stands in a handler.
struct numbers_of {
    words list;
    std::size_t at = 0;
    int number = 0;

    sb::step operator()(sb::yields<std::string>& co) {
        SB_BEGIN(co);
        for (; at < list.size(); ++at) {
            SB_TRY {
                number = std::stoi(list[at]);
                SB_YIELD(std::to_string(number));
            } SB_CATCH(std::invalid_argument const& error) {
                SB_YIELD("bad: " + list[at]);
                SB_YIELD(error.what());
            } SB_END_TRY
        }
        SB_END();
    }
};
// end of quote

// quoted: before_finally
struct with_log {
    words* log;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(1);
            SB_YIELD(2);
        } SB_FINALLY {
            log->push_back("let go");
        } SB_END_TRY
        SB_END();
    }
};
// end of quote

} // namespace before

namespace after {

// quoted: after
coroutine_generator<std::string> words_of(std::string text) {
    std::string word;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != ' ') {
            word += text[at];
        } else if (!word.empty()) {
            co_yield word;
            word.clear();
        }
    }
    if (!word.empty()) co_yield word;
}
// end of quote

// quoted: after_handler
// No co_yield and no co_await may stand in a catch block: what it needs is carried out of it.
coroutine_generator<std::string> numbers_of(words list) {
    for (auto const& each : list) {
        std::optional<std::string> wrong;
        std::optional<int> number;
        try {
            number = std::stoi(each);
        } catch (std::invalid_argument const& error) {
            wrong = error.what();
        }
        if (number) {
            co_yield std::to_string(*number);
        } else {
            co_yield "bad: " + each;
            co_yield *wrong;
        }
    }
}
// end of quote

// quoted: after_finally
// finally becomes a destructor: it runs where the coroutine is destroyed, and cannot wait.
coroutine_generator<int> with_log(words* log) {
    struct at_end {
        words* log;
        ~at_end() { log->push_back("let go"); }
    } const guard{log};
    co_yield 1;
    co_yield 2;
}
// end of quote

} // namespace after

template <class Generator>
words all_of(Generator generator) {
    words all;
    while (auto const* const next = generator.next()) all.push_back(*next);
    return all;
}

} // namespace

TEST_CASE("porting: the coroutine yields what the body did") {
    for (std::string const text : {"", "one", " to be  or not ", "a b"}) {
        CAPTURE(text);
        CHECK(all_of(after::words_of(text)) == all_of(sb::generator{before::words_of{text}}));
    }
    CHECK(all_of(after::words_of("to be")) == words{"to", "be"});
}

TEST_CASE("porting: what yielded in a handler yields behind it") {
    words const list{"1", "x", "3"};
    auto const was = all_of(sb::generator{before::numbers_of{list}});
    CHECK(was.size() == 4);
    CHECK(was.at(1) == "bad: x");
    CHECK(all_of(after::numbers_of(list)) == was);
}

TEST_CASE("porting: both let go when they are destroyed half-way") {
    words was, is;
    {
        sb::generator<before::with_log> old{before::with_log{&was}};
        auto now = after::with_log(&is);
        CHECK(*old.next() == *now.next());
        CHECK(was.empty());
        CHECK(is.empty());
    }
    CHECK(was == words{"let go"});
    CHECK(is == was);
}
