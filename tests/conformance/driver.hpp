// The C++ side of the random programs: what their bodies are made of, and what they call. driver.py
// says the same things in Python.
//
// Compilation is what takes the time, so most programs are printed as functions that share all types:
// a body's variables lie in a `body`, and its generator is that of a `frame` which calls the function.
// Some are printed as users write them, each body a frame type of its own (`written`).
#pragma once

#include <switchback/delegates.hpp>
#include <switchback/for.hpp>
#include <switchback/generator.hpp>
#include <switchback/handled.hpp>
#include <switchback/with.hpp>
#include <switchback/yield_from.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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
#if defined(SB_STOP)
using S = sb::stop_iteration;
#endif

using plain = sb::yields<int, int, int>;
using delegating = sb::delegates<int, int, int>;

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

template <class G>
class handle final : public any_generator {
public:
    explicit handle(G& of) : g_(of) {}
    int* next() override { return g_.next(); }
    int* send(int value) override { return g_.send(value); }
    int* throw_(std::exception_ptr error) override { return g_.throw_(std::move(error)); }
    std::optional<int> close() override { return g_.close(); }
    std::optional<int> take_returned() override { return g_.take_returned(); }
    sb::generator_status status() override { return g_.status(); }

private:
    G& g_;
};

// The generator that a body belongs to, and the place of the body that has it as a member.
struct place {
    any_generator* is;
    place const* above;
};

struct variables;

// The trace of one program under one caller, and the numbers of its exceptions.
class run {
public:
    int start[3]{};
    int dying = 0;       // members are being destroyed
    bool over = false;   // nothing is traced any more
    bool blind = false;  // what an exception's context is cannot be said any more

    bool may_make(int level); // a frame on the spot: there is a limit
    run& making() { return ++frames_, *this; }
    int fresh();
    template <class Error>
    int fail();
    void event(int number, variables const& of);
    template <class Context>
    void handled(int number, Context& co);
    template <class Context>
    void context(int number, Context& co);
    void caught(int number, A const& error);
    void caught(int number, B const& error);
    void caught(int number, C const& error);
#if defined(SB_STOP)
    void caught(int number, S const& error);
#endif
    template <class Context>
    void caught_untyped(int number, Context& co);
    // A body uses another generator as plain code does.
    void advance(int number, any_generator& g, char const* operation, bool handling);
    void drain(int number, any_generator& g, bool handling);
    // A body uses its own generator, or one that is waiting for it.
    void reenter(int number, place const* at, int up, char const* operation);

    void add(std::string const& what);
    std::string const& trace() const { return trace_; }

private:
    void caught_as(int number, std::string const& name);

    std::string trace_{};
    int made_ = 0;
    int frames_ = 0;
};

enum class policy { none_, pass_, swallow_, raise_ };

class resource {
public:
    resource(run& t, int number, policy how, bool fails);
    resource(resource&& other); // frames can be moved before they begin: they have none then
    ~resource();

protected:
    run& t_;
    int number_;
    policy how_;
};

struct resource_with_exit : resource {
    using resource::resource;
    bool exit(std::exception_ptr const& error);
};

// What all bodies have.
struct variables {
    run& t;
    int level;         // how many frames, each made by the one before, led here
    place const* here;
    int v0, v1, v2;
    std::optional<int> s0{}, s1{};
    int i0 = 0, i1 = 0, i2 = 0, i3 = 0, i4 = 0, i5 = 0, i6 = 0, i7 = 0, i8 = 0, i9 = 0, i10 = 0, i11 = 0, i12 = 0, i13 = 0, i14 = 0, i15 = 0;

    variables(run& its, int at_level, place const* at);
    ~variables();
};

// A body's last member, so the first to go: its other members are dying from now on.
struct dying_begins {
    run& t;
    ~dying_begins();
};

// A generator that is a member.
template <class F>
struct member {
    sb::generator<F> g;
    handle<sb::generator<F>> is{g};
    place here;

    template <class... More>
    member(run& t, int level, place const* above, More&... more)
        : g(std::in_place, t, level, &here, more...), here{&is, above} {}
};

int or_nine(std::optional<int> const& value);
std::array<int, 3> three(int first);

// ---- What programs share that are not printed as users write them

struct body;

// One body of such a program.
struct function {
    sb::step (*in_plain)(body&, plain&);
    sb::step (*in_delegating)(body&, delegating&);
    std::array<function const*, 2> members;
};

template <class Context>
class frame {
public:
    frame(run& t, int level, place const* here, function const& what);
    frame(frame&&) noexcept;
    ~frame();
    sb::step operator()(Context& co);

private:
    std::unique_ptr<body> body_;
    function const* what_;
};

using plain_generator = sb::generator<frame<plain>>;
using delegating_generator = sb::generator<frame<delegating>>;
extern template class frame<plain>;
extern template class frame<delegating>;
extern template class std::optional<int>;

// Only one of the two is there.
struct either_member {
    std::optional<member<frame<plain>>> in_plain{};
    std::optional<member<frame<delegating>>> in_delegating{};
};

struct body : variables {
    std::array<int, 3> list[3]{};
    either_member m[2]{};
    sb::cursor<plain_generator> own_plain[3]{};
    sb::cursor<delegating_generator> own_delegating[3]{};
    sb::cursor<plain_generator&> of_plain[3]{};
    sb::cursor<delegating_generator&> of_delegating[3]{};
    sb::cursor<std::array<int, 3>> own_list[3]{};
    sb::cursor<std::array<int, 3>&> of_list[3]{};
    std::optional<resource> bare[12]{};
    std::optional<resource_with_exit> r[12]{};
    dying_begins last{t};

    body(run& its, int at_level, place const* at, function const& what);
    ~body();

    plain_generator& plain_member(int number);
    delegating_generator& delegating_member(int number);
    any_generator& any_member(int number);
    // Frames and generators that are made on the spot.
    frame<delegating> make(function const& what);
    plain_generator make_plain(function const& what);
    delegating_generator make_delegating(function const& what);
};

// ---- The programs of a file

struct made_generator {
    place here{nullptr, nullptr};
    virtual ~made_generator() = default;
};
template <class F>
struct written_generator : made_generator {
    sb::generator<F> g;
    handle<sb::generator<F>> is{g};
    template <class... More>
    explicit written_generator(run& t, More&... more) : g(std::in_place, t, 0, &here, more...) {
        here.is = &is;
    }
};

struct program {
    function const* main; // or else:
    std::unique_ptr<made_generator> (*make)(run&);
};
template <class F>
std::unique_ptr<made_generator> make_written(run& t) {
    return std::make_unique<written_generator<F>>(t);
}

extern program const programs[];
