// Random numbers that are the same on every machine.
//
// The standard fixes what its engines produce but not what its distributions make of it, so a site
// drawn with std::lognormal_distribution would differ from one standard library to the next.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace demonstration {

// Steele, Lea and Flood's SplitMix64: one word of state, good enough to furnish a web site.
class random_source {
public:
    explicit random_source(std::uint64_t seed) : state_{seed} {}

    std::uint64_t bits() {
        auto z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    // Less than `bound`. The bias of the remainder is nothing at the sizes asked for here.
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(bits() % bound); }

    // Within (0, 1], so that its logarithm exists.
    double unit() { return (static_cast<double>(bits() >> 11) + 1.0) * 0x1p-53; }

    // Log-normal by its median and its logarithm's standard deviation (Box and Muller's method).
    double log_normal(double median, double sigma) {
        auto radius = std::sqrt(-2.0 * std::log(unit()));
        return median * std::exp(sigma * radius * std::cos(2.0 * pi * unit()));
    }

private:
    static constexpr double pi = 3.14159265358979323846;

    std::uint64_t state_;
};

} // namespace demonstration
