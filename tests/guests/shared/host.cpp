// The program that loads a shared library, uses it, and lets go of it.
//
//     host LIBRARY shared|own main|thread stays|goes
//
// says whether the library is to use the program's own Switchback or one of its own, which thread uses
// it, and whether dlclose() is to unload it then. The exit status is the number of checks that failed;
// each is printed.
#include "guest.hpp"

#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include <dlfcn.h>

namespace sb = switchback;

namespace {

int failures = 0;

void check(bool holds, char const* what) {
    if (holds) return;
    ++failures;
    std::printf("does not hold: %s\n", what);
}

#define CHECK(condition) check(condition, #condition)

struct failing_here {
    guest::fault what;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        guest::commit(what);
        SB_END();
    }
};

constexpr std::pair<guest::fault, char const*> faults[] = {{guest::fault::misuse, "misuse"},
    {guest::fault::cancelled, "cancelled"}, {guest::fault::shared, "shared"},
    {guest::fault::standard, "standard"}, {guest::fault::number, "number"}};

template <class Run>
std::string caught_by_catch(Run&& run) {
    try {
        run();
    } catch (sb::misuse const&) {
        return "misuse";
    } catch (sb::cancelled const&) {
        return "cancelled";
    } catch (guest::shared_error const&) {
        return "shared";
    } catch (std::logic_error const&) {
        return "standard";
    } catch (int) {
        return "number";
    } catch (...) {
        return "something else";
    }
    return "none";
}

void use_tasks(guest::interface const& library) {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    CHECK(scheduler.run(library.twice(21)) == 42);
    for (auto const& [what, name] : faults) {
        auto const thrown = [&, fault = what] { scheduler.run(library.failing(fault)); };
        CHECK(caught_by_catch(thrown) == name);
        CHECK(scheduler.run(guest::name_fault{library.failing(what)}) == name);
        CHECK(scheduler.run(library.catching(failing_here{what})) == name);
        auto const future = scheduler.start(library.failing(what));
        while (!future.ready()) pump.turn(true);
        CHECK(caught_by_catch([&] { future.get(); }) == name);
    }
    int cleaned_up = 0;
    {
        auto const dropped = scheduler.start(library.sleeper(&cleaned_up));
        pump.turn(true);
        CHECK(!dropped.ready());
    }
    CHECK(cleaned_up == 1);
    auto const left_to_the_scheduler = library.sleeper(&cleaned_up); // never started: never runs
    CHECK(scheduler.unfinished_tasks() == 0);
}

void use_generators(guest::interface const& library) {
    int sum = 0;
    for (int const n : library.numbers(5)) sum += n;
    CHECK(sum == 10);
    auto numbers = library.numbers(5);
    CHECK(*numbers.next() == 0);
    auto const* const answer = numbers.throw_(std::make_exception_ptr(guest::shared_error{7}));
    CHECK(answer != nullptr && *answer == 107);
    CHECK(numbers.next() == nullptr);
    auto again = library.numbers(5);
    again.next();
    CHECK(caught_by_catch([&] { again.throw_(std::make_exception_ptr(42)); }) == "number");
    auto closed = library.numbers(5);
    closed.next();
    closed.close();
    CHECK(closed.next() == nullptr);
}

// Within a task of this program's.
struct calls_it {
    guest::interface const& library;
    int answer = 0;

    sb::step operator()(sb::returns<int>& co) {
        SB_BEGIN(co);
        SB_AWAIT(sb::yield_now());
        answer = library.run_alone(5);
        SB_AWAIT(sb::sleep(std::chrono::nanoseconds(1)));
        SB_RETURN(answer);
        SB_END();
    }
};

void use_its_own_scheduler(guest::interface const& library) {
    CHECK(library.run_alone(4) == 8);
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    CHECK(scheduler.run(calls_it{library}) == 10);
}

void use(guest::interface const& library) {
    use_tasks(library);
    use_generators(library);
    use_its_own_scheduler(library);
    // What left bodies of the library as an exception is remembered on both sides.
    library.forget();
    sb::forget_last_error();
}

void go_on_without_it() {
    sb::native_pump pump;
    sb::task_scheduler scheduler{pump};
    CHECK(caught_by_catch([&] { scheduler.run(failing_here{guest::fault::shared}); }) == "shared");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 100;
    auto const told = [&](int which, char const* word) { return std::string(argv[which]) == word; };
    void* const handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        std::printf("%s\n", dlerror());
        return 101;
    }
    auto* const entry = reinterpret_cast<decltype(&guest_interface)>(dlsym(handle, "guest_interface"));
    auto const& library = *entry();

    bool const is_shared = library.address_of_core() == reinterpret_cast<void const*>(&sb::describe);
    CHECK(is_shared == told(2, "shared"));
    sb::unhandled_error_handler const handler = [](sb::unhandled_error const&) {};
    sb::set_unhandled_error_handler(handler);
    std::printf("handler: %s\n", library.handler() == handler ? "shared" : "own");

    if (told(3, "thread")) {
        std::thread([&] { use(library); }).join();
    } else {
        use(library);
    }

    dlclose(handle);
    bool const has_gone = dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) == nullptr;
    CHECK(has_gone == told(4, "goes"));
    go_on_without_it();
    std::printf("done\n");
    return failures;
}
