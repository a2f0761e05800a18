// Where tasks meet, in every order, and with each of them cancelled or released at each point: nothing is lost,
// nothing stays held, who comes first is served first, and every clean-up is run.
#include "explored.hpp"

namespace {

using namespace orders;

// Three wait for an event, each twice; it is set, and cleared at once, and set.
struct event_program : program {
    sb::event happened{};
    std::string came{}, went{}; // those who have waited

    struct waits {
        event_program* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                if (!p->happened.is_set()) p->came += who;
                SB_AWAIT(p->happened.wait());
                if (p->came.find(who) != std::string::npos) p->went += who;
                SB_AWAIT(sb::yield_now());
                SB_AWAIT(p->happened.wait());
                p->note(who);
            } SB_FINALLY {
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };
    struct sets {
        event_program* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            p->happened.set();
            p->happened.clear();
            SB_AWAIT(sb::yield_now());
            p->happened.set();
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        of.start("a", waits{this, 'a'}, must_end::unless_disturbed);
        of.start("b", waits{this, 'b'}, must_end::unless_disturbed);
        of.start("c", waits{this, 'c'}, must_end::unless_disturbed);
        of.start("sets", sets{this});
    }
    void check(sb::testing::stage& of) {
        if (!of.is_disturbed("sets")) check_clean_ups(of);
        if (!same_order(came, went)) of.fail("woken in another order: " + came + ", " + went);
        if (!of.is_disturbed() && log.size() != 3) of.fail("a wake-up was lost: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << came << went << happened.is_set();
    }
};

struct mutex_program : program {
    sb::mutex lock{};
    std::string came{}, went{};
    int inside = 0;

    struct locks {
        mutex_program* p;
        char who;
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->came += who;
            SB_ASYNC_WITH(held, p->lock.lock()) {
                p->went += who;
                SB_TRY {
                    ++p->entered;
                    if (++p->inside != 1) p->on->fail("two are inside");
                    SB_AWAIT(sb::yield_now());
                    p->on->may_fail();
                } SB_FINALLY {
                    --p->inside;
                    ++p->left;
                } SB_END_TRY
            } SB_END_WITH
            SB_AWAIT(sb::yield_now());
            SB_ASYNC_WITH(held, p->lock.lock()) {
                p->note(who);
                SB_AWAIT(sb::yield_now());
            } SB_END_WITH
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        of.start("a", locks{this, 'a'});
        of.start("b", locks{this, 'b'});
        of.start("c", locks{this, 'c'});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (!lock.try_lock()) of.fail("it stays locked");
        if (!same_order(came, went)) of.fail("overtaken: " + came + ", " + went);
        if (!of.is_disturbed() && log.size() != 3) of.fail("somebody was never inside: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << came << went << inside << lock.is_locked();
    }
};

struct semaphore_program : program {
    sb::semaphore two{2};
    std::string came{}, went{};
    int inside = 0;

    struct acquires {
        semaphore_program* p;
        char who;
        std::optional<sb::semaphore::permit> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->came += who;
            SB_ASYNC_WITH(held, p->two.acquire()) {
                p->went += who;
                SB_TRY {
                    ++p->entered;
                    if (++p->inside > 2) p->on->fail("three are inside");
                    SB_AWAIT(sb::yield_now());
                    p->on->may_fail();
                } SB_FINALLY {
                    --p->inside;
                    ++p->left;
                    SB_AWAIT(sb::yield_now());
                } SB_END_TRY
            } SB_END_WITH
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        for (char who = 'a'; who <= 'd'; ++who) of.start(std::string(1, who), acquires{this, who});
    }
    void check(sb::testing::stage& of) {
        check_clean_ups(of);
        if (two.available() != 2) of.fail(std::to_string(two.available()) + " permits are left of two");
        if (!same_order(came, went)) of.fail("overtaken: " + came + ", " + went);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << came << went << inside << two.available();
    }
};

// Two take one piece of a stock each; one brings two, one by one.
struct condition_program : program {
    sb::mutex lock{};
    sb::condition changed{};
    int stock = 0;
    int taken = 0;
    int brought = 0;

    struct takes {
        condition_program* p;
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(held, p->lock.lock()) {
                SB_TRY {
                    ++p->entered;
                    while (p->stock == 0) SB_AWAIT(p->changed.wait(*held));
                    if (!held->owns_lock()) p->on->fail("it goes on without the lock");
                    --p->stock;
                    ++p->taken;
                } SB_FINALLY {
                    ++p->left;
                } SB_END_TRY
            } SB_END_WITH
            SB_END();
        }
    };
    struct brings {
        condition_program* p;
        int i = 0;
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; i < 2; ++i) {
                SB_ASYNC_WITH(held, p->lock.lock()) {
                    ++p->stock;
                    ++p->brought;
                    p->changed.notify_one();
                    SB_AWAIT(sb::yield_now());
                } SB_END_WITH
            }
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        of.start("a", takes{this}, must_end::unless_disturbed);
        of.start("b", takes{this}, must_end::unless_disturbed);
        of.start("brings", brings{this});
    }
    void check(sb::testing::stage& of) {
        bool const waits = changed.waiting() != 0;
        if (waits && stock > 0) of.fail("a notification was lost: one waits, and there is something for it");
        if (!waits) check_clean_ups(of);
        if (!lock.try_lock()) of.fail("it stays locked");
        if (stock + taken != brought) of.fail("something was lost");
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << stock << taken << brought << lock.is_locked() << changed.waiting();
    }
};

// Three meet by twos, each of them twice, if somebody is there.
struct barrier_program : program {
    sb::barrier two{2};
    std::array<std::size_t, 3> times{2, 2, 2};

    struct comes {
        barrier_program* p;
        std::size_t who;
        std::size_t place = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; p->times[who] > 0; --p->times[who]) {
                SB_TRY {
                    ++p->entered;
                    SB_AWAIT_INTO(place, p->two.wait());
                    p->note(place == 0 ? 'f' : 's');
                } SB_FINALLY {
                    ++p->left;
                } SB_END_TRY
                SB_AWAIT(sb::yield_now());
            }
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        for (std::size_t i = 0; i < 3; ++i) {
            of.start(std::string(1, static_cast<char>('a' + i)), comes{this, i}, must_end::never);
        }
    }
    void check(sb::testing::stage& of) {
        if (count('s') > count('f')) of.fail("somebody was second and nobody first: " + log);
        if (!of.is_disturbed() && (count('f') < 2 || count('s') != count('f'))) of.fail("one did not meet: " + log);
        if (two.waiting() > 1) of.fail("two wait, and could go on");
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << times << two.waiting();
    }
};

// Items of one, for two; nothing is lost, whoever is cancelled.
template <class Queue>
struct queue_program : program {
    Queue items;
    int put = 0;
    std::string came{}, went{};

    template <class... A>
    explicit queue_program(A... a) : items(a...) {}

    struct puts {
        queue_program* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; p->put < 3; ++p->put) SB_AWAIT(p->items.put(p->put));
            SB_AWAIT(sb::yield_now());
            p->items.close();
            SB_END();
        }
    };
    struct gets {
        queue_program* p;
        char who;
        std::optional<int> item{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                for (;;) {
                    p->came += who;
                    SB_AWAIT_INTO(item, p->items.next());
                    if (!item) break;
                    p->went += who;
                    p->note(static_cast<char>('0' + *item));
                    SB_AWAIT(sb::yield_now());
                }
            } SB_FINALLY {
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        of.start("a", gets{this, 'a'}, must_end::unless_disturbed);
        of.start("b", gets{this, 'b'}, must_end::unless_disturbed);
        of.start("puts", puts{this}, must_end::unless_disturbed);
    }
    void check(sb::testing::stage& of) {
        for (std::size_t i = 0; i < log.size(); ++i) {
            if (log[i] != static_cast<char>('0' + i)) of.fail("items out of order, or lost: " + log);
        }
        if (!of.is_disturbed()) {
            check_clean_ups(of);
            if (log.size() != 3) of.fail("an item was lost: " + log);
        }
        if (log.size() + items.size() < static_cast<std::size_t>(put)) of.fail("an item was lost: " + log);
        if (came.size() == went.size() && came != went) of.fail("overtaken: " + came + ", " + went);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << put << came << went << items.size() << items.is_closed();
    }
};
struct unbounded_program : queue_program<sb::queue<int>> {
    unbounded_program() : queue_program() {}
};
struct bounded_program : queue_program<sb::queue<int>> {
    bounded_program() : queue_program(std::size_t(1)) {}
};
struct rendezvous_program : queue_program<sb::queue<int>> {
    rendezvous_program() : queue_program(std::size_t(0)) {}
};

// What is put while nobody takes comes out by its size.
struct priority_program : program {
    sb::priority_queue<int> items{2};
    std::array<int, 2> next{3, 2};
    int put = 0;

    struct puts {
        priority_program* p;
        std::size_t who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; p->next[who] > 0; p->next[who] -= 2) {
                SB_AWAIT(p->items.put(p->next[who]));
                ++p->put;
            }
            SB_END();
        }
    };
    struct gets {
        priority_program* p;
        int item = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            while (p->log.size() < 3) {
                SB_AWAIT_INTO(item, p->items.get());
                p->note(static_cast<char>('0' + item));
            }
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        of.start("puts odd", puts{this, 0}, must_end::unless_disturbed);
        of.start("puts even", puts{this, 1}, must_end::unless_disturbed);
        of.start("gets", gets{this}, must_end::unless_disturbed);
    }
    void check(sb::testing::stage& of) {
        if (log.size() + items.size() != static_cast<std::size_t>(put)) of.fail("an item was lost: " + log);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << next << put << items.size();
    }
};

struct broadcast_program : program {
    sb::broadcast<char> news{};
    std::array<std::string, 2> heard{};
    std::array<int, 2> from{};
    int said = 0;

    struct listens {
        broadcast_program* p;
        std::size_t who;
        std::optional<sb::broadcast<char>::subscription> mine{};
        std::optional<char> item{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            mine.emplace(p->news.subscribe());
            p->from[who] = p->said;
            for (;;) {
                SB_AWAIT_INTO(item, mine->next());
                if (!item) break;
                p->heard[who] += *item;
                SB_AWAIT(sb::yield_now());
            }
            p->heard[who] += '.';
            SB_END();
        }
    };
    struct tells {
        broadcast_program* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                for (; p->said < 3;) {
                    p->news.publish(static_cast<char>('0' + p->said++));
                    SB_AWAIT(sb::yield_now());
                }
            } SB_FINALLY {
                p->news.close();
            } SB_END_TRY
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        of.start("0", listens{this, 0}, must_end::unless_disturbed);
        of.start("1", listens{this, 1}, must_end::unless_disturbed);
        of.start("tells", tells{this});
    }
    void check(sb::testing::stage& of) {
        for (std::size_t who = 0; who < 2; ++who) {
            if (of.is_disturbed()) continue;
            auto const wanted = std::string("012.").substr(static_cast<std::size_t>(from[who]));
            if (heard[who] != wanted) of.fail("heard \"" + heard[who] + "\", not \"" + wanted + '"');
        }
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << heard << from << said << news.is_closed();
    }
};

struct signal_program : program {
    sb::signal<int> clicked{};
    sb::connection each{};
    int told = 0, raised = 0;
    std::string came{}, went{};

    struct waits {
        signal_program* p;
        char who;
        int what = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->came += who;
            SB_AWAIT_INTO(what, p->clicked.next());
            p->went += who;
            p->note(static_cast<char>('0' + what));
            SB_AWAIT_INTO(what, p->clicked.next([](int n) { return n >= 2; }));
            p->note(static_cast<char>('0' + what));
            SB_END();
        }
    };
    struct raises {
        signal_program* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            while (p->raised < 4) {
                SB_AWAIT(sb::yield_now());
                p->clicked.raise(p->raised++);
            }
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        each = clicked.connect([this](int) { ++told; });
        of.start("a", waits{this, 'a'}, must_end::never); // it may be late
        of.start("b", waits{this, 'b'}, must_end::never);
        of.start("raises", raises{this});
    }
    void check(sb::testing::stage& of) {
        if (told != raised) of.fail("a callback was not called");
        if (!same_order(came, went)) of.fail("woken in another order: " + came + ", " + went);
    }
    void state(sb::testing::fingerprint& of) const {
        program::state(of);
        of << told << raised << came << went;
    }
};

} // namespace

TEST_CASE("own IX1, aio EV1, own MP2: events in every order") { in_every_order<event_program>("event"); }
TEST_CASE("own IX1, aio L1, aio L2, own MP1: mutexes in every order") { in_every_order<mutex_program>("mutex"); }
TEST_CASE("own IX1, aio SE1, own MP1: semaphores in every order") {
    in_every_order<semaphore_program>("semaphore");
}
TEST_CASE("own IX1, own MP1: conditions in every order") { in_every_order<condition_program>("condition"); }
TEST_CASE("own IX1: barriers in every order") { in_every_order<barrier_program>("barrier"); }
TEST_CASE("own IX1, aio Q1, own MP1: queues in every order") {
    in_every_order<unbounded_program>("queue without a bound");
    in_every_order<bounded_program>("queue of one");
    in_every_order<rendezvous_program>("rendezvous");
}
TEST_CASE("own IX1, own MP10: priority queues in every order") {
    in_every_order<priority_program>("priority_queue");
}
TEST_CASE("own IX1, own MP11: broadcasts in every order") { in_every_order<broadcast_program>("broadcast"); }
TEST_CASE("own IX1, own MP13: signals in every order") { in_every_order<signal_program>("signal"); }
