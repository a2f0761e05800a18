// Tasks as users write them.

#include <switchback/switchback.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace sb = switchback;

namespace {

using namespace std::chrono_literals;

struct page {
    std::string address, text;
    explicit page(std::string of) : address(std::move(of)) {}
};

struct fetch {
    std::string address;
    int attempt = 0;

    sb::step operator()(sb::returns<page>& co) {
        SB_BEGIN(co);
        for (;; ++attempt) {
            SB_TRY {
                SB_AWAIT(sb::sleep(10ms * attempt));
                if (address.empty()) throw std::invalid_argument("no address");
                SB_RETURN(page{address});
            } SB_CATCH(std::invalid_argument const& error) {
                SB_AWAIT(sb::yield_now());
                SB_RAISE();
            } SB_CATCH_ERRORS {
                SB_AWAIT(sb::sleep(1s));
            } SB_FINALLY {
                SB_AWAIT(sb::yield_now());
            } SB_END_TRY
        }
        SB_END();
    }
};

std::size_t words_in(std::string const& text) { return text.size() / 6; }

struct count_words {
    std::string address;
    std::optional<page> fetched{};
    std::size_t words = 0;

    sb::step operator()(sb::returns<std::size_t>& co) {
        SB_BEGIN(co);
        SB_AWAIT_INTO(fetched, fetch{address});
        SB_AWAIT_INTO(words, sb::offload(words_in, std::move(fetched->text)));
        SB_RETURN(words);
        SB_END();
    }
};

sb::task<std::size_t> count(std::string address) { return count_words{std::move(address)}; }

struct all_addresses {
    std::vector<std::string> const& addresses;
    std::size_t i = 0;

    sb::step operator()(sb::yields<sb::task<std::size_t>>& co) {
        SB_BEGIN(co);
        for (; i < addresses.size(); ++i) SB_YIELD(count(addresses[i]));
        SB_END();
    }
};

struct says_nothing {
    sb::step operator()(sb::returns<void>& co) {
        SB_BEGIN(co);
        SB_END();
    }
};

struct everything {
    std::vector<std::string> addresses{"a", "b"};
    std::vector<std::size_t> counts{};
    std::tuple<std::size_t, std::size_t> two{};
    sb::future<std::size_t> later{};
    std::size_t n = 0;
    int which = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        later = co.start(count_words{"c"});
        co.start_detached(says_nothing{});
        SB_AWAIT(says_nothing{});
        if (addresses.empty())
            SB_AWAIT(sb::yield_now());
        else
            SB_AWAIT_INTO(n, count("d"));
        SB_AWAIT_INTO(counts,
            sb::run_in_parallel(addresses, [](std::string const& address) {
                return count_words{address};
            }));
        SB_AWAIT_INTO(counts, sb::run_in_parallel(sb::at_most{2}, all_addresses{addresses}));
        SB_AWAIT_INTO(two, sb::run_in_parallel(count("e"), count_words{"f"}));
        SB_AWAIT(sb::run_in_parallel(says_nothing{}, says_nothing{}));
        SB_AWAIT_INTO(n, later);
        SB_SWITCH(which) {
        SB_CASE(0):
            SB_AWAIT(sb::sleep_until(co.now() + 1ms));
            [[fallthrough]];
        SB_CASE(1): SB_AWAIT_INTO(n, std::move(later)); break;
        SB_DEFAULT: SB_RETURN(2);
        }
        SB_TRY {
            SB_AWAIT(sb::offload([](sb::stop_token stop) { return stop.stop_requested(); }));
        } SB_CATCH(sb::cancelled const& request) {
            SB_RAISE();
        } SB_CATCH(std::exception const& error) {
            which = static_cast<int>(sb::handled_traceback(co).entries().size());
        } SB_ELSE {
            SB_AWAIT(says_nothing{});
        } SB_FINALLY {
            while (n-- > 3) SB_AWAIT(sb::sleep(1us));
        } SB_END_TRY
        SB_RETURN(n == 0 ? 0 : 1);
        SB_END();
    }
};

} // namespace

int main() {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    auto const counted = scheduler.start(count_words{"g"});
    scheduler.run(says_nothing{});
    return sb::run(everything{}) + scheduler.run(everything{});
}
