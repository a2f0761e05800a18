// What a process runs out of: threads for jobs, and descriptors for the built-in loop.
#include <switchback/native_pump.hpp>
#include <switchback/offload.hpp>
#include <switchback/run_in_parallel.hpp>
#include <switchback/sleep.hpp>

#include <doctest/doctest.h>

#if defined(__linux__) && defined(__GLIBC__)

#    include <optional>
#    include <string>
#    include <system_error>
#    include <thread>
#    include <vector>

#    include <fcntl.h>
#    include <pthread.h>
#    include <sys/resource.h>
#    include <unistd.h>

#    include "support/fixture.hpp"

namespace sb = switchback;
using namespace std::chrono_literals;

namespace {

// No thread can be started meanwhile: each would have a stack for which there are no addresses.
class no_more_threads {
public:
    no_more_threads() {
        pthread_attr_init(&usual_);
        pthread_getattr_default_np(&usual_);
        pthread_attr_t boundless;
        pthread_attr_init(&boundless);
        pthread_attr_setstacksize(&boundless, std::size_t(1) << 50);
        pthread_setattr_default_np(&boundless);
        pthread_attr_destroy(&boundless);
    }
    no_more_threads(no_more_threads const&) = delete;
    no_more_threads& operator=(no_more_threads const&) = delete;
    ~no_more_threads() {
        pthread_setattr_default_np(&usual_);
        pthread_attr_destroy(&usual_);
    }

private:
    pthread_attr_t usual_;
};

// No descriptor can be opened meanwhile.
class no_more_descriptors {
public:
    no_more_descriptors() {
        getrlimit(RLIMIT_NOFILE, &usual_);
        int const lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
        close(lowest);
        rlimit none = usual_;
        none.rlim_cur = static_cast<rlim_t>(lowest);
        setrlimit(RLIMIT_NOFILE, &none);
    }
    no_more_descriptors(no_more_descriptors const&) = delete;
    no_more_descriptors& operator=(no_more_descriptors const&) = delete;
    ~no_more_descriptors() { setrlimit(RLIMIT_NOFILE, &usual_); }

private:
    rlimit usual_{};
};

bool threads_can_be_had() {
    try {
        std::thread([] {}).join();
        return true;
    } catch (std::system_error const&) {
        return false;
    }
}

struct two_workers {
    static sb::worker_options options() {
        sb::worker_options two;
        two.threads = two.blocking_threads = 2;
        return two;
    }
    sb::testing::virtual_pump pump;
    sb::task_scheduler scheduler{pump, pump, options()};
};

std::thread::id this_thread() { return std::this_thread::get_id(); }

} // namespace

TEST_CASE_FIXTURE(two_workers, "own EX1: where no thread can be started, jobs fail with its error; later ones may run") {
    {
        no_more_threads const meanwhile;
        REQUIRE_FALSE(threads_can_be_had());
        CHECK_THROWS_AS(scheduler.run(sb::offload(this_thread)), std::system_error);
        CHECK_THROWS_AS(scheduler.run(sb::offload_blocking(this_thread)), std::system_error);
        auto const several = scheduler.start(sb::run_in_parallel(sb::offload(this_thread), sb::offload(this_thread)));
        pump.run_ready();
        REQUIRE(several.ready());
        CHECK_THROWS_AS(several.get(), std::system_error);
    }
    bool const is_another = scheduler.run(sb::offload(this_thread)) != this_thread();
    CHECK(is_another);
    bool const is_another_of_those_that_block = scheduler.run(sb::offload_blocking(this_thread)) != this_thread();
    CHECK(is_another_of_those_that_block);
}

TEST_CASE_FIXTURE(two_workers, "own EX1: jobs are run by the threads that there are, where no more can be started") {
    scheduler.run(sb::offload([] {}));
    no_more_threads const meanwhile;
    std::vector<int> const numbers(20, 7);
    auto const results = scheduler.run(
        sb::run_in_parallel(numbers, [](int number) { return sb::offload([number] { return number; }); }));
    CHECK(results == numbers);
}

#    if !SB_DETAIL_ASAN // what looks at addresses together with it needs descriptors itself
TEST_CASE("own EX2: a pump for which there is no descriptor says so, and those that there are go on") {
    sb::native_pump pump;
    sb::task_scheduler scheduler(pump);
    no_more_descriptors const meanwhile;
    try {
        sb::native_pump const another;
        FAIL("it was made");
    } catch (std::system_error const& error) {
        bool const is_that = error.code() == std::errc::too_many_files_open;
        CHECK(is_that);
        CHECK(std::string(error.what()).find("native_pump: ") == 0);
    }
    scheduler.run(sb::sleep(1ms));
    CHECK(scheduler.run(sb::offload([] { return 7; })) == 7);
}
#    endif

#endif
