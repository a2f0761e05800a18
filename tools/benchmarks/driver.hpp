// What every benchmark program here is: a table of rows. A row is a function that handles n elements
// (or tasks, or levels) and returns a checksum, the same one in every program.
//
//     PROGRAM                    the names of the rows
//     PROGRAM count ROW N        handles N, and prints the checksum: to be run under callgrind
//     PROGRAM time ROW           prints the nanoseconds of one element
//     PROGRAM size ROW           prints the bytes of one that is suspended, and those of the user's
//                                own state in it, where that is known
//     PROGRAM memory ROW N       prints, for each of N: bytes of resident memory, at the most, and
//                                nanoseconds of the processor's time
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace bench {

struct row {
    char const* name;
    std::uint64_t (*run)(std::size_t n);
    std::size_t bytes = 0;
    std::size_t state = 0;
};

// Takes values so that the compiler can neither leave one out, nor take several at once, nor change
// their order. Two instructions a value, in every program.
class checksum {
public:
    void take(std::uint64_t value) {
        sum_ = (sum_ << 1 | sum_ >> 63) ^ value;
        asm volatile("" : "+r"(sum_));
    }
    std::uint64_t value() const { return sum_; }

private:
    std::uint64_t sum_ = 0;
};

// More and more elements, until they take so long that the clock and the start do not matter.
inline double nanoseconds_of_one(row const& measured) {
    using clock = std::chrono::steady_clock;
    for (std::size_t n = 102300;; n *= 2) {
        auto const begin = clock::now();
        measured.run(n);
        auto const taken = std::chrono::duration<double>(clock::now() - begin).count();
        if (taken > 0.02) return taken * 1e9 / static_cast<double>(n);
    }
}

inline void print_memory(row const& measured, std::size_t n) {
    auto const usage = [] {
        rusage now{};
        getrusage(RUSAGE_SELF, &now);
        return now;
    };
    auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    auto const before = usage();
    measured.run(n);
    auto const after = usage();
    auto const processor = seconds(after.ru_utime) + seconds(after.ru_stime) -
                           seconds(before.ru_utime) - seconds(before.ru_stime);
    auto const bytes = static_cast<double>(after.ru_maxrss - before.ru_maxrss) * 1024;
    auto const tasks = static_cast<double>(n);
    std::printf("%.0f %.0f\n", bytes / tasks, processor * 1e9 / tasks);
}

inline int drive(int argc, char** argv, std::initializer_list<row> rows) {
    if (argc < 3) {
        for (auto const& each : rows) std::printf("%s\n", each.name);
        return 0;
    }
    std::string_view const what = argv[1];
    std::size_t const n = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
    for (auto const& each : rows) {
        if (std::string_view(each.name) != argv[2]) continue;
        if (what == "count") std::printf("%016llx\n", static_cast<unsigned long long>(each.run(n)));
        if (what == "time") std::printf("%.2f\n", nanoseconds_of_one(each));
        if (what == "size" && each.bytes != 0) std::printf("%zu %zu\n", each.bytes, each.state);
        if (what == "memory") print_memory(each, n);
        return 0;
    }
    return 3; // this program has no such row
}

} // namespace bench
