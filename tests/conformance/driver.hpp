// Runs the C++ side of the random programs: see driver.py, which says the same things in Python. Reads
// from standard input a line for each run, "program start operation…", and prints its trace.
#pragma once

#include <switchback/generator.hpp>
#include <switchback/handled.hpp>
#include <switchback/with.hpp>
#if defined(SB_DELEGATION)
#    include <switchback/yield_from.hpp>
#endif

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <sys/time.h>

namespace sb = switchback;

struct A : std::exception {
    int number;
    explicit A(int made) : number(made) {}
};
struct B : std::exception {
    int number;
    explicit B(int made) : number(made) {}
};
struct C : A {
    using A::A;
};

inline std::string name_of(A const& error) {
    return (dynamic_cast<C const*>(&error) != nullptr ? "C" : "A") + std::to_string(error.number);
}
inline std::string name_of(B const& error) { return "B" + std::to_string(error.number); }
inline std::string name_of(std::exception_ptr const& error) {
    if (error == nullptr) return "-";
    try {
        std::rethrow_exception(error);
    } catch (A const& known) {
        return name_of(known);
    } catch (B const& known) {
        return name_of(known);
    } catch (sb::generator_exit const&) {
        return "exit";
    } catch (sb::nothing_to_raise const&) {
        return "nothing_to_raise";
    } catch (sb::ignored_exit const&) {
        return "ignored_exit";
    } catch (sb::not_started const&) {
        return "not_started";
    } catch (std::exception const& other) {
        return std::string("?") + other.what();
    } catch (...) {
        return "?";
    }
}

inline std::string shown(std::optional<int> const& value) { return value ? std::to_string(*value) : "-"; }

struct run {
    int start[3]{};
    std::string trace{};
    int made = 0;
    bool dying_unclosed = false;
    bool muted = false;

    void add(std::string const& what) {
        if (dying_unclosed && what.rfind("left", 0) == 0) return;
        dying_unclosed = what == "unraisable:ignored_exit";
        if (muted) return;
        trace += (trace.empty() ? "" : " ") + what;
        if (trace.size() > 1000000) std::abort(); // a body that has lost its way
    }
    int fresh() { return ++made; }
    template <class Error>
    int fail() { throw Error{fresh()}; }
    void event(int number, int v0, int v1, int v2, std::optional<int> s0, std::optional<int> s1) {
        add(std::to_string(number) + ":" + std::to_string(v0) + std::to_string(v1) +
            std::to_string(v2) + shown(s0) + shown(s1));
    }
    void handled(int number, std::exception_ptr const& error) {
        add(std::to_string(number) + ":" + name_of(error));
    }
    template <class Error>
    void caught(int number, Error const& error) {
        add(std::to_string(number) + ":caught:" + name_of(error));
    }
    template <class Generator>
    void advance(int number, Generator& g) {
        if (auto const* const value = g.next()) {
            add(std::to_string(number) + ":next:" + std::to_string(*value));
        } else {
            add(std::to_string(number) + ":end:" + shown(g.take_returned()));
        }
    }
};

enum class policy { none_, pass_, swallow_, raise_ };

class resource {
public:
    resource(run& t, int number, policy how, bool fails) : t_(t), number_(number), how_(how) {
        if (fails) throw A{t.fresh()};
        t_.add("entered:" + std::to_string(number_));
    }
    resource(resource const&) = delete;
    ~resource() { t_.add("left:" + std::to_string(number_)); }

protected:
    run& t_;
    int number_;
    policy how_;
};

struct resource_with_exit : resource {
    using resource::resource;
    bool exit(std::exception_ptr const& error) {
        t_.add("exit:" + std::to_string(number_) + ":" + name_of(error));
        if (how_ == policy::raise_) throw B{t_.fresh()};
        return how_ == policy::swallow_;
    }
};

// A generator of whichever body.
class any_generator {
public:
    virtual ~any_generator() = default;
    virtual int* next() = 0;
    virtual int* send(int value) = 0;
    virtual int* throw_(std::exception_ptr error) = 0;
    virtual std::optional<int> close() = 0;
    virtual std::optional<int> take_returned() = 0;
    virtual sb::generator_status status() = 0;
};

template <class Frame>
struct some_generator : any_generator {
    sb::generator<Frame> g;
    explicit some_generator(run& t) : g(std::in_place, t) {}
    int* next() override { return g.next(); }
    int* send(int value) override { return g.send(value); }
    int* throw_(std::exception_ptr error) override { return g.throw_(std::move(error)); }
    std::optional<int> close() override { return g.close(); }
    std::optional<int> take_returned() override { return g.take_returned(); }
    sb::generator_status status() override { return g.status(); }
};

using maker = std::unique_ptr<any_generator> (*)(run&);
template <class Frame>
std::unique_ptr<any_generator> make(run& t) {
    return std::make_unique<some_generator<Frame>>(t);
}

inline run* current = nullptr;
inline bool dropping = false;

inline void note_unhandled(sb::unhandled_error const& what) {
    if (current == nullptr) return;
    current->add("unraisable:" + name_of(what.error));
    if (dropping && current->dying_unclosed) current->muted = true;
}

inline char const* name_of(sb::generator_status status) {
    switch (status) {
    case sb::generator_status::created: return "created";
    case sb::generator_status::suspended: return "suspended";
    case sb::generator_status::closed: return "closed";
    default: return "running";
    }
}

inline std::exception_ptr thrown_for(char operation, run& t) {
    switch (operation) {
    case 'A': return std::make_exception_ptr(A{t.fresh()});
    case 'B': return std::make_exception_ptr(B{t.fresh()});
    case 'C': return std::make_exception_ptr(C{t.fresh()});
    default: return std::make_exception_ptr(sb::generator_exit{});
    }
}

inline void perform(run& t, any_generator& g, std::string const& operation) {
    std::string result;
    try {
        if (operation[0] == 'c') {
            result = "closed:" + shown(g.close());
        } else {
            auto const* const value = operation[0] == 'n'   ? g.next()
                                      : operation[0] == 's' ? g.send(operation[1] - '0')
                                                            : g.throw_(thrown_for(operation[0], t));
            result = value != nullptr ? "yield:" + std::to_string(*value)
                                      : "end:" + shown(g.take_returned());
        }
    } catch (...) {
        result = "raised:" + name_of(std::current_exception());
    }
    t.add(operation + "=" + result + "/" + name_of(g.status()));
}

inline void drop(run& t, std::unique_ptr<any_generator>& g) {
    dropping = true;
    g.reset();
    dropping = t.muted = false;
    t.add("dropped");
}

template <std::size_t N>
int perform_all(maker const (&makers)[N]) {
    sb::set_unhandled_error_handler(note_unhandled);
    std::string line;
    while (std::getline(std::cin, line)) {
        // A body that never comes back: of the processor's time, since the machine may be busy.
        itimerval const limit{{}, {2, 0}};
        setitimer(ITIMER_VIRTUAL, &limit, nullptr);
        std::istringstream words(line);
        std::size_t program = 0;
        std::string start, operation;
        words >> program >> start;
        run t{{start[0] - '0', start[1] - '0', start[2] - '0'}};
        current = &t;
        auto g = makers[program](t);
        while (words >> operation) operation == "d" ? drop(t, g) : perform(t, *g, operation);
        std::cout << t.trace << std::endl; // flushed: the next run may crash
        current = nullptr; // what a shortened caller has left behind is not traced
        t.muted = true;
    }
    return 0;
}
