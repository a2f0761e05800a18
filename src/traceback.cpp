#include <switchback/detail/config.hpp>

#if SB_DETAIL_EXCEPTIONS

#include <switchback/traceback.hpp>

#include <switchback/attached.hpp>
#include <switchback/detail/native_error.hpp>
#include <switchback/detail/node.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <typeinfo>
#include <utility>

#if defined(__GNUC__) && !defined(_MSC_VER)
#    include <cxxabi.h>
#    include <cstdlib>
#    define SB_HAS_DEMANGLER 1
#else
#    define SB_HAS_DEMANGLER 0
#endif

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {
namespace {

// Each level of a path counts its lines from the scope that encloses it.
int line_of(place const& where, path_t path) noexcept {
    int line = where.line;
    for (int level = 0; level < levels; ++level) {
        auto const label = path >> shift_of(level) & mask_of(level);
        if (level > 0 && label >= enter_mark) break; // no line, but on the way to a handler, say: the try's
        if (label != 0) line += static_cast<int>(label) - 1;
    }
    return line;
}

std::string words_for(std::type_info const& type) {
#if SB_HAS_DEMANGLER
    int status = 0;
    std::unique_ptr<char, void (*)(void*)> const readable(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
    if (status == 0 && readable != nullptr) return readable.get();
#endif
    return type.name();
}

std::string type_in_flight() {
#if SB_HAS_DEMANGLER && !defined(__EMSCRIPTEN__) // which has no such function
    if (auto const* const type = abi::__cxa_current_exception_type()) return words_for(*type);
#endif
    return "an exception";
}

} // namespace

void report_unhandled(unhandled_error const& error) noexcept {
    if (auto* const handler = installed_unhandled_error_handler.load()) {
        handler(error);
        return;
    }
    try {
        auto const text = "switchback: unhandled error in " + std::string(error.where) + "\n" +
                          traceback(error).to_string() + describe_whole(error.error) +
                          attached_as_text(error.gathered);
        std::fputs(text.c_str(), stderr);
    } catch (...) {
        std::fputs("switchback: unhandled error, and no memory to describe it\n", stderr);
    }
}

} // namespace detail

traceback::traceback(detail::trace const& gathered, std::string task) : task_(std::move(task)) {
    gathered.visit([this](detail::site const& site) {
        auto const* const where = site.type->where->load(std::memory_order_relaxed);
        entries_.push_back(
            entry{std::string(site.type->name), where == nullptr ? "?" : where->file,
                where == nullptr ? 0 : detail::line_of(*where, site.path)});
    });
    std::reverse(entries_.begin(), entries_.end());
    omitted_ = gathered.left_out();
}

traceback::traceback(unhandled_error const& error) {
    if (error.gathered != nullptr) *this = traceback(*error.gathered, error.task == nullptr ? "" : error.task);
}

std::string traceback::to_string() const {
    if (entries_.empty()) return {};
    auto text = task_.empty() ? std::string("Traceback (most recent call last):\n")
                              : "Traceback of the task \"" + task_ + "\" (most recent call last):\n";
    if (omitted_ != 0) text += "  ... " + std::to_string(omitted_) + " frames left out ...\n";
    for (auto const& at : entries_) {
        text += "  File \"" + at.file + "\", line " + std::to_string(at.line) + ", in " + at.frame +
                "\n";
    }
    return text;
}

std::string describe(std::exception_ptr const& error) {
    if (error == nullptr) return "no exception";
    try {
        std::rethrow_exception(error);
    } catch (std::exception const& known) {
        return detail::words_for(typeid(known)) + ": " + known.what();
    } catch (...) {
        return detail::type_in_flight();
    }
}

traceback current_traceback() {
    if (detail::native_errors_are_over) return {};
    auto const& last = detail::last_native_error().what;
    if (last.gathered == nullptr || last.error != std::current_exception()) return {};
    return traceback(*last.gathered);
}

} // namespace SB_DETAIL_ABI
} // namespace switchback

#endif
