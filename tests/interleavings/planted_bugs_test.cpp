// The proof of the instrument: faults of the kinds that programs have, each in a small program, and each found: by
// trying every order, or under a thousand seeds. What is found is told in words, and in an order that finds it again.
#include "explored.hpp"

#include <memory>

namespace {

using namespace orders;

template <class Program>
void is_found(char const* words, sb::testing::disturbances const& disturb = {}) {
    {
        auto const found = sb::testing::explore<Program>({disturb, 200000});
        INFO(found.to_string());
        CHECK(found.finding.find(words) != std::string::npos);
        auto const again = sb::testing::replay<Program>(found.where, disturb);
        CHECK(again.finding == found.finding);
        CHECK(again.what_happened.to_string() == found.what_happened.to_string());
        // None of its deviations is one too many.
        for (std::size_t i = 0; i < found.where.deviations().size(); ++i) {
            auto fewer = found.where.deviations();
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            CHECK(sb::testing::replay<Program>(sb::testing::interleaving(fewer), disturb).is_clean());
        }
    }
    {
        auto const found = sb::testing::chaos<Program>(1000, {disturb, 1});
        INFO(found.to_string());
        CHECK(found.finding.find(words) != std::string::npos);
        CHECK(sb::testing::replay<Program>(found.where.to_string(), disturb).finding == found.finding);
    }
}

sb::testing::disturbances undisturbed() {
    sb::testing::disturbances quiet;
    quiet.most = 0;
    return quiet;
}

// Nothing is disturbed but time.
sb::testing::disturbances slow_steps() {
    sb::testing::disturbances slow;
    slow.cancels = slow.releases = slow.failures = false;
    slow.delay = 2s;
    return slow;
}

// Looks, waits, and acts upon what it saw.
struct check_then_act : program_without_state {
    int sum = 0;
    struct adds {
        check_then_act* p;
        int seen = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            seen = p->sum;
            SB_AWAIT(sb::yield_now());
            p->sum = seen + 1;
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("one", adds{this});
        of.start("other", adds{this});
    }
    void check(sb::testing::stage& of) {
        if (!of.is_disturbed() && sum != 2) of.fail("an update is lost");
    }
};

// Sees that nothing is there, does something else, and then waits for what has come meanwhile.
struct lost_wake_up : program_without_state {
    sb::event came{};
    bool there = false;
    struct waits {
        lost_wake_up* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (!p->there) {
                SB_AWAIT(sb::yield_now());
                SB_AWAIT(p->came.wait());
            }
            SB_END();
        }
    };
    struct brings {
        lost_wake_up* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::yield_now());
            p->there = true;
            p->came.set();
            p->came.clear();
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("waits", waits{this});
        of.start("brings", brings{this});
    }
    void check(sb::testing::stage&) {}
};

// Counts itself out at its end, and not in a finally.
struct skipped_clean_up : program_without_state {
    int busy = 0;
    struct works {
        skipped_clean_up* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            ++p->busy;
            SB_AWAIT(sb::yield_now());
            --p->busy;
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("works", works{this}); }
    void check(sb::testing::stage& of) {
        if (busy != 0) of.fail("it counts as busy for ever");
    }
};

// Those who wait stand on a stack: who came last is served first.
struct unfair_queue : program_without_state {
    std::vector<std::unique_ptr<sb::event>> waiting{};
    std::string came{}, went{};
    struct waits {
        unfair_queue* p;
        char who;
        sb::event* mine = nullptr;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->waiting.push_back(std::make_unique<sb::event>());
            mine = p->waiting.back().get();
            p->came += who;
            SB_AWAIT(mine->wait());
            p->went += who;
            SB_END();
        }
    };
    struct serves {
        unfair_queue* p;
        std::size_t i = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; i < 6; ++i) {
                SB_AWAIT(sb::sleep(1s));
                if (i < p->waiting.size()) p->waiting[p->waiting.size() - 1 - i]->set();
            }
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("a", waits{this, 'a'}, must_end::never);
        of.start("b", waits{this, 'b'}, must_end::never);
        of.start("serves", serves{this});
    }
    void check(sb::testing::stage& of) {
        if (!same_order(came, went)) of.fail("overtaken: " + came + ", " + went);
    }
};

// Gives a permit to the first who waits, by hand: who is cancelled at that moment keeps it.
struct leaked_permit : program_without_state {
    int free = 1;
    std::vector<sb::event*> waiting{};
    void give() {
        if (waiting.empty()) {
            ++free;
        } else {
            waiting.front()->set();
            waiting.erase(waiting.begin());
        }
    }
    void forget(sb::event* mine) {
        waiting.erase(std::remove(waiting.begin(), waiting.end(), mine), waiting.end());
    }
    struct uses {
        leaked_permit* p;
        std::unique_ptr<sb::event> mine = std::make_unique<sb::event>();
        bool has = false;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                if (p->free > 0) {
                    --p->free;
                } else {
                    p->waiting.push_back(mine.get());
                    SB_AWAIT(mine->wait());
                }
                has = true;
                SB_AWAIT(sb::yield_now());
            } SB_FINALLY {
                p->forget(mine.get());
                if (has) p->give();
            } SB_END_TRY
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("a", uses{this});
        of.start("b", uses{this});
    }
    void check(sb::testing::stage& of) {
        if (free != 1) of.fail("the permit is gone");
    }
};

struct double_completion : program_without_state {
    std::optional<sb::promise<int>> answer{};
    std::optional<sb::future<int>> soon{};
    bool done = false;
    struct answers {
        double_completion* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (!p->done) {
                SB_AWAIT(sb::yield_now());
                p->done = true;
                p->answer->set_value(1);
            }
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        answer.emplace(of.scheduler());
        soon.emplace(answer->get_future());
        of.start("one", answers{this});
        of.start("other", answers{this});
    }
    void check(sb::testing::stage&) {}
};

// Uses what another one has closed while it waited.
struct use_after_release : program {
    bool is_open = true;
    struct uses {
        use_after_release* p;
        int i = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            if (!p->is_open) SB_RETURN();
            SB_AWAIT(sb::yield_now());
            if (!p->is_open) p->on->fail("used behind its end");
            SB_END();
        }
    };
    struct closes {
        use_after_release* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            SB_AWAIT(sb::yield_now());
            p->is_open = false;
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        of.start("uses", uses{this});
        of.start("closes", closes{this});
    }
    void check(sb::testing::stage&) {}
    void state(sb::testing::fingerprint& of) const { of << is_open; }
};

// Wakes somebody only when the stock was empty before: of two who wait, one sleeps on.
struct forgotten_notify : program_without_state {
    sb::mutex lock{};
    sb::condition changed{};
    int stock = 0;
    struct takes {
        forgotten_notify* p;
        std::optional<sb::mutex::guard> held{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_ASYNC_WITH(held, p->lock.lock()) {
                while (p->stock == 0) SB_AWAIT(p->changed.wait(*held));
                --p->stock;
            } SB_END_WITH
            SB_END();
        }
    };
    struct brings {
        forgotten_notify* p;
        int i = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (; i < 2; ++i) {
                if (p->stock++ == 0) p->changed.notify_one();
                SB_AWAIT(sb::yield_now());
            }
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("a", takes{this}, must_end::unless_disturbed);
        of.start("b", takes{this}, must_end::unless_disturbed);
        of.start("brings", brings{this});
    }
    void check(sb::testing::stage&) {}
};

struct lock_order : program {
    std::array<sb::mutex, 2> locks{};
    struct takes_both {
        lock_order* p;
        std::size_t first;
        std::optional<sb::mutex::guard> one{}, other{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(one, p->locks[first].lock());
            SB_AWAIT(sb::yield_now());
            SB_AWAIT_INTO(other, p->locks[1 - first].lock());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("one", takes_both{this, 0});
        of.start("other", takes_both{this, 1});
    }
    void check(sb::testing::stage&) {}
    void state(sb::testing::fingerprint& of) const { of << locks[0].is_locked() << locks[1].is_locked(); }
};

// Takes an item out, and then waits before it has put it anywhere.
struct lost_item : program_without_state {
    sb::queue<int> items{};
    int dealt_with = 0;
    struct gets {
        lost_item* p;
        int item = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(item, p->items.get());
            SB_AWAIT(sb::yield_now());
            ++p->dealt_with;
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        static_cast<void>(items.try_put(1));
        of.start("gets", gets{this});
    }
    void check(sb::testing::stage& of) {
        if (items.size() + static_cast<std::size_t>(dealt_with) != 1) of.fail("the item is lost");
    }
};

// Given back, the lock is free, and whoever comes takes it before the one that was woken for it.
struct barging_lock : program_without_state {
    bool locked = false;
    sb::event unlocked{};
    std::string came{}, went{};
    struct locks {
        barging_lock* p;
        char who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->came += who;
            while (p->locked) {
                SB_AWAIT(p->unlocked.wait());
            }
            p->locked = true;
            p->unlocked.clear();
            p->went += who;
            SB_AWAIT(sb::yield_now());
            p->locked = false;
            p->unlocked.set();
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        for (char who = 'a'; who <= 'c'; ++who) {
            of.start(std::string(1, who), locks{this, who}, must_end::unless_disturbed);
        }
    }
    void check(sb::testing::stage& of) {
        if (!of.is_disturbed() && came != went) of.fail("overtaken: " + came + ", " + went);
    }
};

// A watchdog for one wait that nobody calls off goes off in the next.
struct stale_timer : program_without_state {
    sb::event first{}, second{};
    bool expired = false;
    std::optional<sb::future<void>> watchdog{};
    struct watches {
        stale_timer* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(3s));
            p->expired = true;
            p->first.set();
            p->second.set();
            SB_END();
        }
    };
    struct waits_twice {
        stale_timer* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->watchdog = co.start(watches{p});
            SB_AWAIT(p->first.wait());
            p->expired = false;
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(p->second.wait());
            if (p->expired) p->on->fail("the second wait was given no time");
            p->watchdog.reset();
            SB_END();
        }
    };
    struct sets {
        stale_timer* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            p->first.set();
            SB_AWAIT(sb::sleep(1s));
            p->second.set();
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        on = &of;
        of.start("waits", waits_twice{this});
        of.start("sets", sets{this});
    }
    void check(sb::testing::stage&) { watchdog.reset(); }
};

// Each lets the other one go first.
struct livelock : program {
    std::array<bool, 2> wants{};
    struct polite {
        livelock* p;
        std::size_t who;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            p->wants[who] = true;
            SB_AWAIT(sb::yield_now());
            while (p->wants[1 - who]) SB_AWAIT(sb::yield_now());
            p->wants[who] = false;
            SB_END();
        }
    };
    void start(sb::testing::stage& of) {
        of.start("one", polite{this, 0});
        of.start("other", polite{this, 1});
    }
    void check(sb::testing::stage&) {}
    void state(sb::testing::fingerprint& of) const { of << wants; }
};

// Takes it that what takes no time in a test takes none.
struct in_time : program_without_state {
    struct sleeps_twice {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::sleep(1s));
            SB_AWAIT(sb::sleep(1s));
            SB_END();
        }
    };
    struct hurries {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::with_timeout(3s, sleeps_twice{}));
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("hurries", hurries{}); }
    void check(sb::testing::stage&) {}
};

// An error that nobody looks at.
struct unseen_error : program_without_state {
    struct fails {
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::yield_now());
            throw std::runtime_error("oh");
            SB_END();
        }
    };
    struct starts {
        sb::future<void> of{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            of = co.start(fails{});
            SB_AWAIT(sb::yield_now());
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("starts", starts{}); }
    void check(sb::testing::stage&) {}
};

// Its clean-up waits before it has done what it must.
struct late_clean_up : program_without_state {
    struct cleans_up {
        late_clean_up* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                ++p->entered;
                SB_AWAIT(sb::yield_now());
            } SB_FINALLY {
                SB_AWAIT(sb::yield_now());
                ++p->left;
            } SB_END_TRY
            SB_END();
        }
    };
    void start(sb::testing::stage& of) { of.start("cleans up", cleans_up{this}); }
    void check(sb::testing::stage& of) { check_clean_ups(of); }
};

} // namespace

TEST_CASE("own IX4: a check and an act upon it, with an await between them") {
    is_found<check_then_act>("an update is lost");
}
TEST_CASE("own IX4: a lost wake-up") { is_found<lost_wake_up>("\"waits\" waits for ever"); }
TEST_CASE("own IX4: a clean-up that a cancellation skips") {
    is_found<skipped_clean_up>("it counts as busy for ever");
}
TEST_CASE("own IX4: a queue that is none") { is_found<unfair_queue>("overtaken: "); }
TEST_CASE("own IX4: a permit that a cancelled waiter keeps") { is_found<leaked_permit>("the permit is gone"); }
TEST_CASE("own IX4: a promise that is completed twice") {
    is_found<double_completion>("this promise was completed before");
}
TEST_CASE("own IX4: something used behind its end") { is_found<use_after_release>("used behind its end"); }
TEST_CASE("own IX4: a forgotten notification") { is_found<forgotten_notify>("waits for ever"); }
TEST_CASE("own IX4: locks taken in two orders") { is_found<lock_order>("waits for ever"); }
TEST_CASE("own IX4: an item that a cancellation loses") { is_found<lost_item>("the item is lost"); }
TEST_CASE("own IX4: a lock that newcomers take first") { is_found<barging_lock>("overtaken: "); }
TEST_CASE("own IX4: a timer that hits a later wait") {
    is_found<stale_timer>("given no time", slow_steps());
}
TEST_CASE("own IX4: an error that nobody sees") {
    is_found<unseen_error>("an error went unhandled", undisturbed());
}
TEST_CASE("own IX4, own IX5: two tasks that let each other go first") { is_found<livelock>("it does not end"); }
TEST_CASE("own IX4: a step that takes long") {
    CHECK(sb::testing::explore<in_time>().is_clean());
    is_found<in_time>("the time limit has passed", slow_steps());
}
TEST_CASE("own IX4: a cancellation that comes in the way of a clean-up") {
    is_found<late_clean_up>("a clean-up was not run");
}
