// Everything of the library that lives at run time, used by one of two guests of a program: SB_GUEST is
// its name, and each is compiled with a Switchback of its own.
#include "guests.hpp"

#include <switchback/switchback.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace SB_GUEST {
namespace {

namespace sb = switchback;

struct count {
    int limit;
    int i = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (; i < limit; ++i) SB_YIELD(i);
            throw std::out_of_range("counted");
        } SB_CATCH(std::logic_error const& error) {
            SB_YIELD(static_cast<int>(std::string(error.what()).size()));
        } SB_END_TRY
        SB_END();
    }
};

struct child {
    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        throw sb::not_ready{};
        SB_END();
    }
};

struct all {
    int (*between)();
    int sum = 0;
    int offloaded = 0;
    sb::any_generator<int> numbers{};
    std::vector<int> both{};

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        numbers = sb::chain(sb::generator<count>{count{3}}, sb::generator<count>{count{2}});
        numbers.next();
        if (between != nullptr) sum += between();
        for (int const n : numbers) sum += n;
        SB_AWAIT(sb::sleep(std::chrono::nanoseconds(1)));
        SB_AWAIT_INTO(offloaded, sb::offload([] { return 100; }));
        sum += offloaded;
        SB_TRY {
            SB_AWAIT(child{});
        } SB_CATCH(sb::misuse const& error) {
            SB_AWAIT(sb::yield_now());
            sum += std::string(error.what()).empty() ? 0 : 1000;
        } SB_END_TRY
        SB_RETURN(sum);
        SB_END();
    }
};

} // namespace

int run(int (*between)()) {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    int const sum = scheduler.run(all{between});
    // Where an error came from is told on its own side.
    try {
        scheduler.run(child{});
    } catch (sb::misuse const&) {
        if (sb::current_traceback().entries().size() != 1) return -1;
    }
    return sum;
}

void fail() { throw sb::not_ready{}; }

std::string caught_from(void (*other)()) {
    try {
        other();
    } catch (sb::misuse const&) {
        return "misuse";
    } catch (std::exception const&) {
        return "exception";
    }
    return "nothing";
}

} // namespace SB_GUEST
