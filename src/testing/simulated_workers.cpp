#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#    include <switchback/detail/timed_call.hpp>
#    include <switchback/testing/simulated_workers.hpp>

#    include <algorithm>
#    include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace testing {

// A thread that is none: it has a job until the moment at which that ends.
class simulated_workers::worker final : public detail::timed_call {
public:
    worker(detail::core& in, simulated_workers& of) noexcept : timed_call(in), of_(of) {}

    detail::pool_job* job = nullptr;
    std::size_t number = 0; // the job's
    std::uint64_t until = 0;

private:
    void called() noexcept override { of_.end_job(*this); }

    simulated_workers& of_;
};

simulated_workers::simulated_workers(task_scheduler& of, simulated_jobs how)
    : how_(std::move(how)), home_(&detail::home_access::of(of)),
      computing_{0, std::max(how_.threads, 1u)},
      blocking_{computing_.count, std::max(how_.blocking_threads, 1u)} {
    home_->check_thread();
    while (workers_.size() < computing_.count + blocking_.count) {
        workers_.push_back(std::make_unique<worker>(*home_, *this));
    }
    home_->workers().replace_threads(this);
}

simulated_workers::~simulated_workers() {
    if (home_ == nullptr) return;
    auto& home = *home_;
    home.workers().replace_threads(nullptr);
    queue left;
    for (auto const& each : workers_) {
        each->stop();
        if (each->job != nullptr) left.push(*std::exchange(each->job, nullptr));
    }
    for (auto* const of : {&computing_, &blocking_}) {
        while (!of->waiting.empty()) left.push(of->waiting.pop());
    }
    while (!left.empty()) {
        auto& job = left.pop();
        try {
            detail::raise<misuse>("the simulated workers have gone before this job was done");
        } catch (...) {
            job.refuse();
        }
        home.mail()->put(job);
    }
}

std::size_t simulated_workers::running() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        workers_.begin(), workers_.end(), [](auto const& each) { return each->job != nullptr; }));
}

std::size_t simulated_workers::waiting() const noexcept {
    std::size_t count = 0;
    for (auto const* const of : {&computing_, &blocking_}) {
        of->waiting.visit([&](detail::pool_job const&) { ++count; });
    }
    return count;
}

void simulated_workers::visit_jobs(
    std::function<void(detail::pool_job const&, std::uint64_t)> const& visitor) const {
    for (auto const& each : workers_) {
        if (each->job != nullptr) visitor(*each->job, each->until - home_->now());
    }
    for (auto const* const of : {&computing_, &blocking_}) {
        of->waiting.visit([&](detail::pool_job const& each) { visitor(each, 0); });
    }
}

simulated_workers::crew& simulated_workers::crew_of(detail::pool_job const& job) noexcept {
    return kind_of(job) == detail::job_kind::blocks ? blocking_ : computing_;
}

void simulated_workers::submit(detail::pool_job& job) noexcept {
    auto& taken_by = crew_of(job);
    taken_by.waiting.push(job);
    begin_jobs(taken_by);
}

void simulated_workers::give_up(detail::pool_job& job) noexcept {
    if (crew_of(job).waiting.remove(job)) home_->mail()->put(job);
}

void simulated_workers::begin_jobs(crew& of) noexcept {
    for (std::size_t i = of.first; i < of.first + of.count && !of.waiting.empty(); ++i) {
        auto& free = *workers_[i];
        if (free.job != nullptr) continue;
        auto& job = of.waiting.pop();
        free.number = begun_++;
        std::chrono::nanoseconds time = std::chrono::milliseconds(1);
        try {
            if (how_.duration) time = std::max(how_.duration(free.number), time.zero());
        } catch (...) {
            job.refuse();
            home_->mail()->put(job);
            --i; // it is free still
            continue;
        }
        free.job = &job;
        free.until = home_->now() + static_cast<std::uint64_t>(time.count());
        free.call_at(free.until);
    }
}

// Of those jobs that end at this moment, any may be the first: 0 is the one that has begun first.
void simulated_workers::end_job(worker& on) noexcept {
    auto const ends_before = [&](std::size_t number) {
        return static_cast<std::size_t>(std::count_if(workers_.begin(), workers_.end(), [&](auto const& each) {
            return each->job != nullptr && each->until <= on.until && each->number < number;
        }));
    };
    auto const together = ends_before(begun_);
    auto const chosen = how_.choose && together > 1 ? how_.choose(together) : 0;
    for (auto const& each : workers_) {
        if (each->job == nullptr || each->until > on.until || ends_before(each->number) != chosen) continue;
        std::swap(on.job, each->job);
        std::swap(on.number, each->number);
        break;
    }
    auto& job = *std::exchange(on.job, nullptr);
    auto& taken_by = crew_of(job);
    run(job, on.number);
    begin_jobs(taken_by);
}

void simulated_workers::run(detail::pool_job& job, std::size_t number) noexcept {
    try {
        if (how_.before) how_.before(number);
        job.run();
    } catch (...) {
        job.refuse();
    }
    home_->mail()->put(job);
}

// The scheduler goes: those that have begun end first, the others never begin.
void simulated_workers::end() noexcept {
    for (auto const& each : workers_) each->stop();
    for (auto const& each : workers_) {
        if (each->job != nullptr) run(*std::exchange(each->job, nullptr), each->number);
    }
    for (auto* const of : {&computing_, &blocking_}) {
        while (!of->waiting.empty()) home_->mail()->put(of->waiting.pop());
    }
    home_ = nullptr;
}

} // namespace testing
} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
