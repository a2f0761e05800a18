#include "cases.hpp"

#include <switchback/for.hpp>
#include <switchback/generator.hpp>
#include <switchback/misuse_handler.hpp>
#include <switchback/yield_from.hpp>

namespace sb = switchback;

namespace {

struct count {
    int i = 0;
    int end = 10;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; i < end; ++i) SB_YIELD(i);
        SB_END();
    }
};

bool a_loop() {
    int sum = 0;
    for (int n : sb::generator<count>{}) sum += n;
    return sum == 45;
}

// What a driver on a board is: bytes come one by one, from an interrupt, and it says what it made of
// them.
struct frame_decoder {
    enum event : unsigned char { nothing, frame, bad_checksum };

    unsigned char byte = 0;
    unsigned char length = 0;
    unsigned char i = 0;
    unsigned char sum = 0;

    sb::step operator()(sb::yields<event, unsigned char>& co) {
        SB_BEGIN(co);
        for (;;) {
            do {
                SB_YIELD_INTO(byte, nothing);
            } while (byte != 0x7e);
            SB_YIELD_INTO(length, nothing);
            for (i = 0, sum = 0; i < length; ++i) {
                SB_YIELD_INTO(byte, nothing);
                sum = static_cast<unsigned char>(sum + byte);
            }
            SB_YIELD_INTO(byte, nothing);
            SB_YIELD_INTO(byte, byte == sum ? frame : bad_checksum);
        }
        SB_END();
    }
};

bool bytes_sent_to_a_decoder() {
    sb::generator<frame_decoder> decoder;
    decoder.next();
    static unsigned char const good[] = {1, 0x7e, 2, 10, 20};
    for (auto byte : good) {
        if (*decoder.send(byte) != frame_decoder::nothing) return false;
    }
    if (*decoder.send(static_cast<unsigned char>(30)) != frame_decoder::frame) return false;
    static unsigned char const bad[] = {0, 0x7e, 1, 9};
    for (auto byte : bad) {
        if (*decoder.send(byte) != frame_decoder::nothing) return false;
    }
    return *decoder.send(static_cast<unsigned char>(8)) == frame_decoder::bad_checksum;
}

struct sums {
    int const* from;
    int const* to;
    int total = 0;

    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (; from != to; ++from) {
            total += *from;
            SB_YIELD(total);
        }
        SB_RETURN(total);
        SB_END();
    }
};

constexpr int some[] = {1, 2, 3};

bool a_returned_value() {
    sb::generator<sums> g{sums{some, some + 3}};
    while (g.next() != nullptr) {
    }
    auto const returned = g.take_returned();
    return returned && *returned == 6 && !g.take_returned();
}

struct delegating {
    sb::generator<sums> inner{sums{some, some + 3}};
    int result = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(100);
        SB_YIELD_FROM_INTO(result, inner);
        SB_YIELD(result + 1000);
        SB_END();
    }
};

bool delegation_to_a_member() {
    int expected[] = {100, 1, 3, 6, 1006};
    int at = 0;
    for (int n : sb::generator<delegating>{}) {
        if (n != expected[at++]) return false;
    }
    return at == 5;
}

struct switching {
    int state;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (; state < 4; ++state) {
            SB_SWITCH(state) {
                SB_CASE(0):
                    SB_YIELD(10);
                    SB_YIELD(11);
                    break;
                SB_CASE(2):
                    SB_YIELD(20);
                    break;
                SB_DEFAULT:
                    SB_YIELD(-state);
            }
        }
        SB_END();
    }
};

bool a_switch_with_yields() {
    int expected[] = {10, 11, -1, 20, -3};
    int at = 0;
    for (int n : sb::generator<switching>{switching{0}}) {
        if (n != expected[at++]) return false;
    }
    return at == 5;
}

struct over_an_array {
    sb::cursor<int const (&)[3]> each{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_FOR(each, some) SB_YIELD(*each * 2);
        SB_END();
    }
};

bool a_loop_over_a_range() {
    int sum = 0;
    for (int n : sb::generator<over_an_array>{}) sum += n;
    return sum == 12;
}

int alive = 0;
struct counted {
    counted() { ++alive; }
    counted(counted const&) { ++alive; }
    ~counted() { --alive; }
};
struct holds {
    counted member{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_YIELD(1);
        SB_END();
    }
};

bool members_die_with_the_body() {
    sb::generator<holds> ended;
    ended.next();
    bool const lived = alive == 1;
    ended.next();
    bool const died = alive == 0;
    {
        sb::generator<holds> closed;
        closed.next();
        closed.close();
        if (alive != 0 || closed.next() != nullptr) return false;
        sb::generator<holds> abandoned;
        abandoned.next();
    }
    return lived && died && alive == 0;
}

bool the_machine_goes_round_in_turns() {
    sb::generator<count> a{count{0, 3}}, b{count{10, 13}};
    int sum = 0;
    for (bool more = true; more;) { // the loop of a board: nobody waits for anybody
        more = false;
        for (auto* each : {&a, &b}) {
            if (auto const* n = each->next()) sum += *n, more = true;
        }
    }
    return sum == 0 + 1 + 2 + 10 + 11 + 12;
}

// A path, and what was yielded; no word for exceptions that there are none of.
bool contexts_are_small() {
    return sizeof(sb::yields<char>) <= SB_PATH_BITS / 8 * 2 && sizeof(sb::yields<int>) <= SB_PATH_BITS / 8 * 2;
}

} // namespace

namespace bare {

a_case const cases[] = {
    {"a loop", a_loop},
    {"bytes sent to a decoder", bytes_sent_to_a_decoder},
    {"a returned value", a_returned_value},
    {"delegation to a member", delegation_to_a_member},
    {"a switch with yields", a_switch_with_yields},
    {"a loop over a range", a_loop_over_a_range},
    {"members die with the body", members_die_with_the_body},
    {"the machine goes round in turns", the_machine_goes_round_in_turns},
    {"contexts are small", contexts_are_small},
};
int const case_count = sizeof(cases) / sizeof(cases[0]);

namespace {

void print_number(int n) {
    char digits[8];
    int at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        digits[--at] = static_cast<char>('0' + n % 10);
        n /= 10;
    } while (n != 0);
    print(digits + at);
}

} // namespace

int run_cases() {
    int failed = 0;
    for (int i = 0; i < case_count; ++i) {
        bool const passed = cases[i].runs();
        failed += !passed;
        print(passed ? "ok      " : "FAILED  ");
        print(cases[i].name);
        print("\n");
    }
    print_number(case_count - failed);
    print(" passed, ");
    print_number(failed);
    print(" failed\n");
    return failed;
}

} // namespace bare
