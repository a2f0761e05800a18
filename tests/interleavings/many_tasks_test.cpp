// Programs of tens of tasks, too large to be explored: under many seeds (SB_SEEDS says how many).
#include "explored.hpp"

#include <memory>

namespace {

using namespace orders;

// Those who bring, those who carry on, and those who take, by two queues; some give up after a while.
struct pipeline : program {
    static constexpr int bringers = 6, carriers = 8, takers = 6, each = 4;
    sb::queue<int> raw{3}, done{2};
    sb::mutex counting{};
    int brought = 0, carried = 0, taken = 0, in_hand = 0;
    int bringing = 0;
    std::vector<int> seen = std::vector<int>(bringers * each);

    struct brings {
        pipeline* p;
        int who;
        int i = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                for (; i < each; ++i) {
                    if (who % 2 == 0) SB_AWAIT(sb::sleep(1s));
                    SB_AWAIT(p->raw.put(who * each + i));
                    ++p->brought;
                }
            } SB_FINALLY {
                if (--p->bringing == 0) p->raw.close();
            } SB_END_TRY
            SB_END();
        }
    };
    struct carries {
        pipeline* p;
        std::optional<int> item{};
        std::optional<sb::mutex::guard> lock{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_AWAIT_INTO(item, p->raw.next());
                if (!item) break;
                ++p->in_hand;
                SB_TRY {
                    SB_ASYNC_WITH(lock, p->counting.lock()) {
                        SB_AWAIT(sb::yield_now());
                        ++p->carried;
                    } SB_END_WITH
                    SB_AWAIT(p->done.put(*item));
                    item.reset();
                } SB_FINALLY {
                    if (!item) --p->in_hand;
                } SB_END_TRY
            }
            SB_END();
        }
    };
    struct takes {
        pipeline* p;
        int item = 0;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            for (;;) {
                SB_TRY {
                    SB_AWAIT_INTO(item, sb::with_timeout(5s, p->done.get()));
                    ++p->taken;
                    if (++p->seen[static_cast<std::size_t>(item)] != 1) p->on->fail("an item came twice");
                } SB_CATCH(sb::timed_out const& error) {
                    break;
                } SB_END_TRY
            }
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        bringing = bringers;
        for (int i = 0; i < bringers; ++i) of.start("brings " + std::to_string(i), brings{this, i}, must_end::never);
        for (int i = 0; i < carriers; ++i) of.start("carries " + std::to_string(i), carries{this}, must_end::never);
        for (int i = 0; i < takers; ++i) of.start("takes " + std::to_string(i), takes{this});
    }
    void check(sb::testing::stage& of) {
        if (!counting.try_lock()) of.fail("it stays locked");
        auto const there = static_cast<int>(raw.size() + done.size()) + in_hand + taken;
        if (there != brought) of.fail(std::to_string(brought - there) + " items were lost");
        if (!of.is_disturbed() && taken != bringers * each) of.fail("not all has arrived");
    }
};

// Many that work under a limit of time, in a group of a group, with a semaphore.
struct crowd : program {
    sb::semaphore four{4};
    int inside = 0, begun = 0, ended = 0;

    struct works {
        crowd* p;
        int who;
        std::optional<sb::semaphore::permit> one{};
        std::optional<sb::move_on_after> limit{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            ++p->begun;
            SB_TRY {
                SB_ASYNC_WITH(limit, sb::move_on_after(1s * (1 + who % 3))) {
                    SB_AWAIT_INTO(one, p->four.acquire());
                    if (p->four.available() > 3) p->on->fail("a permit too many");
                    SB_AWAIT(sb::sleep(1s));
                    if (who == 5) p->on->may_fail();
                } SB_END_WITH
            } SB_FINALLY {
                ++p->ended;
                one.reset();
                SB_AWAIT(sb::yield_now());
            } SB_END_TRY
            SB_END();
        }
    };
    struct leads {
        crowd* p;
        int from;
        int i = 0;
        std::optional<sb::task_group> group{};
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_TRY {
                SB_ASYNC_WITH(group, sb::task_group{}) {
                    for (; i < 6; ++i) static_cast<void>(group->start(works{p, from + i}));
                } SB_END_WITH
            } SB_CATCH_ERRORS {
            } SB_END_TRY
            SB_END();
        }
    };
    struct joins {
        crowd* p;
        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT(sb::run_in_parallel(works{p, 1}, works{p, 2}, leads{p, 12}));
            SB_END();
        }
    };

    void start(sb::testing::stage& of) {
        on = &of;
        of.start("one", leads{this, 0});
        of.start("other", leads{this, 6});
        of.start("joins", joins{this});
    }
    void check(sb::testing::stage& of) {
        if (begun != ended) of.fail("a clean-up was not run");
        if (four.available() != 4) of.fail(std::to_string(four.available()) + " permits are left of four");
    }
};

} // namespace

TEST_CASE("own IX7: a line of twenty tasks under many seeds") {
    under_seeds<pipeline>("a line of twenty tasks", {2, true, true, true, 3s});
}
TEST_CASE("own IX7: groups of tasks with limits and permits, under many seeds") {
    under_seeds<crowd>("groups of tasks", {2, true, true, true, 1s});
}
