// What a suspended generator takes: its frame; a slot each for what is yielded, sent and returned,
// where that is something; and at most 16 bytes beside, 24 where it can delegate.
//
//     PROGRAM     prints, for some contexts: bytes of the frame, of the slots, of what is beside, of
//                 the whole. Fails where more is beside than is said above.
#include <switchback/delegates.hpp>
#include <switchback/generator.hpp>

#include <cstddef>
#include <cstdio>
#include <optional>

namespace sb = switchback;

namespace {

template <class Context>
struct counting {
    int end = 0, i = 0;
    sb::step operator()(Context& co) {
        SB_BEGIN(co);
        for (; i != end; ++i) SB_YIELD(i);
        SB_END();
    }
};

// What is sent or returned is there, or not.
template <class T>
constexpr std::size_t optional_slot = sizeof(std::optional<T>);
template <>
constexpr std::size_t optional_slot<void> = 0;

// Slots are taken as whole words.
template <class Context>
bool print(char const* name, std::size_t most_beside) {
    auto const whole = sizeof(sb::generator<counting<Context>>);
    auto const frame = sizeof(counting<Context>);
    auto const slots = (sizeof(typename Context::yield_type) +
                           optional_slot<typename Context::sent_type> +
                           optional_slot<typename Context::return_type> + 7) /
                       8 * 8;
    auto const beside = whole - frame - slots;
    std::printf("%s %zu %zu %zu %zu\n", name, frame, slots, beside, whole);
    return whole <= frame + slots + most_beside;
}

} // namespace

int main() {
    bool const holds[] = {
        print<sb::yields<int>>("yields<int>", 16),
        print<sb::yields<int, int>>("yields<int,int>", 16),
        print<sb::yields<int, int, int>>("yields<int,int,int>", 16),
        print<sb::delegates<int>>("delegates<int>", 24),
        print<sb::delegates<int, int>>("delegates<int,int>", 24),
        print<sb::delegates<int, int, int>>("delegates<int,int,int>", 24),
    };
    for (bool const each : holds) {
        if (!each) return 1;
    }
    return 0;
}
