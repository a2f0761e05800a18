// Reads from standard input a line for each run, "program start operation…", and prints its trace.
#include "driver.hpp"

#include <iostream>
#include <sstream>

#include <sys/time.h>

template class std::optional<int>;

namespace {

std::string name_of(A const& error) {
    return (dynamic_cast<C const*>(&error) != nullptr ? "C" : "A") + std::to_string(error.number);
}
std::string name_of(B const& error) { return "B" + std::to_string(error.number); }
std::string name_of(std::exception_ptr const& error) {
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
    } catch (sb::already_running const&) {
        return "already_running";
#if defined(SB_STOP)
    } catch (sb::stop_iteration const&) {
        return "stop";
    } catch (sb::escaped_stop const&) {
        return "escaped_stop";
#endif
    } catch (std::exception const& other) {
        return std::string("?") + other.what();
    } catch (...) {
        return "?";
    }
}

std::string shown(std::optional<int> const& value) { return value ? std::to_string(*value) : "-"; }

char const* name_of(sb::generator_status status) {
    switch (status) {
    case sb::generator_status::created: return "created";
    case sb::generator_status::suspended: return "suspended";
    case sb::generator_status::closed: return "closed";
    default: return "running";
    }
}

std::exception_ptr thrown_for(char operation, run& t) {
    switch (operation) {
    case 'A': return std::make_exception_ptr(A{t.fresh()});
    case 'B': return std::make_exception_ptr(B{t.fresh()});
    case 'C': return std::make_exception_ptr(C{t.fresh()});
#if defined(SB_STOP)
    case 'S': return std::make_exception_ptr(S{});
#endif
    default: return std::make_exception_ptr(sb::generator_exit{});
    }
}

// What the generator gives; what it throws goes on.
std::string operate(run& t, any_generator& g, char const* operation) {
    if (operation[0] == 'c') return "closed:" + shown(g.close());
    auto const* const value = operation[0] == 'n'   ? g.next()
                              : operation[0] == 's' ? g.send(operation[1] - '0')
                                                    : g.throw_(thrown_for(operation[0], t));
    return value != nullptr ? "yield:" + std::to_string(*value) : "end:" + shown(g.take_returned());
}

} // namespace

// ---- run

void run::add(std::string const& what) {
    if (over) return;
    trace_ += (trace_.empty() ? "" : " ") + what;
    // A frame dies without having been closed: it ignored that. What lies in it goes in Python, too, but
    // not in the same way.
    over = what == "unraisable:ignored_exit";
    if (trace_.size() > 1000000) std::abort(); // a body that has lost its way
}

bool run::may_make(int level) { return level < 3 && frames_ < 40; }

int run::fresh() { return ++made_; }

template <class Error>
int run::fail() {
    throw Error{fresh()};
}
template int run::fail<A>();
template int run::fail<B>();
template int run::fail<C>();

void run::event(int number, variables const& of) {
    add(std::to_string(number) + ":" + std::to_string(of.v0) + std::to_string(of.v1) +
        std::to_string(of.v2) + shown(of.s0) + shown(of.s1));
}

template <class Context>
void run::handled(int number, Context& co) {
    add(std::to_string(number) + ":" + name_of(sb::handled_exception(co)));
}
template void run::handled(int, plain&);
template void run::handled(int, delegating&);

template <class Context>
void run::context(int number, [[maybe_unused]] Context& co) {
    std::string first = "?";
#if defined(SB_CONTEXT)
    // (All generator_exits are one object, which is not its own context.)
    if (!blind && dying == 0 && name_of(sb::handled_exception(co)) != "exit") {
        auto const contexts = sb::context_of(co);
        first = contexts.empty() ? "-" : name_of(contexts.front());
    }
#endif
    add(std::to_string(number) + ":while:" + first);
}
template void run::context(int, plain&);
template void run::context(int, delegating&);

void run::caught_as(int number, std::string const& name) {
    add(std::to_string(number) + ":caught:" + name);
}
void run::caught(int number, A const& error) { caught_as(number, name_of(error)); }
void run::caught(int number, B const& error) { caught_as(number, name_of(error)); }
void run::caught(int number, C const& error) { caught_as(number, name_of(error)); }
#if defined(SB_STOP)
void run::caught(int number, S const&) { caught_as(number, "stop"); }
#endif
template <class Context>
void run::caught_untyped(int number, Context& co) {
    caught_as(number, name_of(sb::handled_exception(co)));
}
template void run::caught_untyped(int, plain&);
template void run::caught_untyped(int, delegating&);

void run::advance(int number, any_generator& g, char const* operation, bool handling) {
    try {
        add(std::to_string(number) + ":" + operation + ":" + operate(*this, g, operation));
    } catch (...) {
        blind = blind || handling;
        throw;
    }
}

void run::drain(int number, any_generator& g, bool handling) {
    while (true) {
        try {
            auto const* const value = g.next();
            if (value == nullptr) break;
            add(std::to_string(number) + ":each:" + std::to_string(*value));
        } catch (...) {
            blind = blind || handling;
            throw;
        }
    }
}

void run::reenter(int number, place const* at, int up, char const* operation) {
    if (dying != 0) return;
    for (; up > 0 && at->above != nullptr; --up) at = at->above;
    add(std::to_string(number) + ":reentered");
    add(operate(*this, *at->is, operation)); // throws
}

// ---- What bodies hold

resource::resource(run& t, int number, policy how, bool fails) : t_(t), number_(number), how_(how) {
    if (fails) throw A{t.fresh()};
    t_.add("entered:" + std::to_string(number_));
}
resource::resource(resource&& other) : t_(other.t_), number_(other.number_), how_(other.how_) { std::abort(); }
resource::~resource() { t_.add("left:" + std::to_string(number_)); }

bool resource_with_exit::exit(std::exception_ptr const& error) {
    t_.add("exit:" + std::to_string(number_) + ":" + name_of(error));
    if (how_ == policy::raise_) throw B{t_.fresh()};
    return how_ == policy::swallow_;
}

variables::variables(run& its, int at_level, place const* at)
    : t(its), level(at_level), here(at), v0(its.start[0]), v1(its.start[1]), v2(its.start[2]) {}
variables::~variables() { --t.dying; }
dying_begins::~dying_begins() { ++t.dying; }

int or_nine(std::optional<int> const& value) { return value.value_or(9); }
std::array<int, 3> three(int first) { return {first, (first + 1) % 10, (first + 2) % 10}; }

body::body(run& its, int at_level, place const* at, function const& what) : variables(its, at_level, at) {
    for (std::size_t number = 0; number < what.members.size(); ++number) {
        auto const* const its_member = what.members[number];
        if (its_member == nullptr) continue;
        if (its_member->in_plain != nullptr) {
            m[number].in_plain.emplace(t, level, here, *its_member);
        } else {
            m[number].in_delegating.emplace(t, level, here, *its_member);
        }
    }
}
body::~body() = default;

plain_generator& body::plain_member(int number) { return m[number].in_plain->g; }
delegating_generator& body::delegating_member(int number) { return m[number].in_delegating->g; }
any_generator& body::any_member(int number) {
    if (m[number].in_plain) return m[number].in_plain->is;
    return m[number].in_delegating->is;
}
frame<delegating> body::make(function const& what) {
    return frame<delegating>{t.making(), level + 1, here, what};
}
plain_generator body::make_plain(function const& what) {
    return plain_generator{std::in_place, t.making(), level + 1, here, what};
}
delegating_generator body::make_delegating(function const& what) {
    return delegating_generator{std::in_place, t.making(), level + 1, here, what};
}

namespace {
sb::step call(body& of, plain& co, function const& what) { return what.in_plain(of, co); }
sb::step call(body& of, delegating& co, function const& what) { return what.in_delegating(of, co); }
} // namespace

template <class Context>
frame<Context>::frame(run& t, int level, place const* here, function const& what)
    : body_(std::make_unique<body>(t, level, here, what)), what_(&what) {}
template <class Context>
frame<Context>::frame(frame&&) noexcept = default;
template <class Context>
frame<Context>::~frame() = default;
template <class Context>
sb::step frame<Context>::operator()(Context& co) {
    return call(*body_, co, *what_);
}
template class frame<plain>;
template class frame<delegating>;

// ---- Callers

namespace {

run* current = nullptr;

void note_unhandled(sb::unhandled_error const& what) {
    if (current == nullptr) return;
    current->add("unraisable:" + name_of(what.error));
}

void perform(run& t, any_generator& g, std::string const& operation) {
    // "A!": thrown into a delegation in a handler, after which CPython's contexts are its own.
    if (operation.back() == '!') t.blind = true;
    std::string result;
    try {
        result = operate(t, g, operation.c_str());
    } catch (...) {
        result = "raised:" + name_of(std::current_exception());
    }
    t.add(operation + "=" + result + "/" + name_of(g.status()));
}

void drop(run& t, std::unique_ptr<made_generator>& g) {
    ++t.dying;
    g.reset();
    t.add("dropped");
}

std::unique_ptr<made_generator> make(program const& what, run& t) {
    if (what.make != nullptr) return what.make(t);
    if (what.main->in_plain != nullptr) {
        return std::make_unique<written_generator<frame<plain>>>(t, *what.main);
    }
    return std::make_unique<written_generator<frame<delegating>>>(t, *what.main);
}

} // namespace

int main() {
    sb::set_unhandled_error_handler(note_unhandled);
    std::string line;
    while (std::getline(std::cin, line)) {
        // A body that never comes back: of the processor's time, since the machine may be busy.
        itimerval const limit{{}, {2, 0}};
        setitimer(ITIMER_VIRTUAL, &limit, nullptr);
        std::istringstream words(line);
        std::size_t number = 0;
        std::string start, operation;
        words >> number >> start;
        run t;
        for (int at = 0; at < 3; ++at) t.start[at] = start[static_cast<std::size_t>(at)] - '0';
        current = &t;
        auto g = make(programs[number], t);
        while (words >> operation) operation == "d" ? drop(t, g) : perform(t, *g->here.is, operation);
        std::cout << t.trace() << std::endl; // flushed: the next run may crash
        current = nullptr; // what a shortened caller has left behind is not traced
        t.over = true;
    }
    return 0;
}
