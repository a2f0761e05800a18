#include <switchback/detail/frame_memory.hpp>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// The program's first thread outlives its own thread_local objects: static futures are still to be
// destroyed then, so its set is not given away.
std::thread::id const first_thread = std::this_thread::get_id();

// All sets there are, so that leak checkers find their blocks, and those whose thread has ended.
struct registry {
    std::mutex mutex;
    std::vector<std::unique_ptr<frame_memory>> all;
    std::vector<frame_memory*> idle;

    static registry& instance() {
        static auto* const never_destroyed = new registry; // futures may be static objects
        return *never_destroyed;
    }
};

struct lease {
    frame_memory* held;

    lease() {
        auto& known = registry::instance();
        std::lock_guard<std::mutex> lock(known.mutex);
        if (known.idle.empty()) {
            known.all.push_back(std::make_unique<frame_memory>());
            known.idle.reserve(known.all.size()); // so that giving back cannot fail
            held = known.all.back().get();
        } else {
            held = known.idle.back();
            known.idle.pop_back();
        }
    }
    ~lease() {
        if (std::this_thread::get_id() == first_thread) return;
        auto& known = registry::instance();
        std::lock_guard<std::mutex> lock(known.mutex);
        known.idle.push_back(held);
    }
};

} // namespace

frame_memory& frame_memory::local() {
    static thread_local lease const mine;
    return *mine.held;
}

void* frame_memory::refill(std::size_t list) {
    auto const size = list * alignment;
    auto const cells = chunk_size / size;
    auto* const chunk = static_cast<char*>(::operator new(cells * size));
    for (std::size_t i = cells; i-- > 1;) {
        auto* const fresh = reinterpret_cast<cell*>(chunk + i * size);
        fresh->next = free_[list];
        free_[list] = fresh;
    }
    return chunk;
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
