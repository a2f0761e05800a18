// Several errors that came together.
//
//     } SB_CATCH(sb::exception_group const& group) {
//         for (auto const& each : group.errors()) log(sb::describe(each.error), each.way.to_string());
//     } SB_END_TRY
//
// A sb::task_group whose tasks fail always raises one, be it of one error (PEP 654; Trio's strict groups).
#pragma once

#include <switchback/detail/config.hpp>
#if !SB_DETAIL_EXCEPTIONS
#    error "<switchback/exception_group.hpp> needs exceptions, and this file is compiled without them"
#endif

#include <switchback/detail/match.hpp>
#include <switchback/traceback.hpp>

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace switchback {
inline namespace SB_DETAIL_ABI {

class exception_group : public std::exception {
public:
    struct member {
        std::exception_ptr error;
        traceback way; // that it came; empty where nothing is known of it
    };

    // Allocates; throws std::bad_alloc.
    explicit exception_group(std::vector<member> errors);

    // How many there are, and what they say of themselves.
    char const* what() const noexcept override { return about_->text.c_str(); }

    // In the order in which their tasks were started; what the block itself raised comes first. The
    // reference is valid as long as any copy of the group is.
    std::vector<member> const& errors() const noexcept { return about_->errors; }

    // The first error of that type, in this group or in one that is a member of it; null if there is none.
    template <class E>
    E const* find() const noexcept {
        for (auto const& each : errors()) {
            if (auto const* const found = detail::match<E>(each.error)) return static_cast<E const*>(found);
            if (auto const* const inner = detail::match<exception_group>(each.error)) {
                if (auto const* const found = static_cast<exception_group const*>(inner)->find<E>()) return found;
            }
        }
        return nullptr;
    }

    // In Python's form: each error with its traceback, the ones of inner groups further to the right.
    std::string to_string() const;

private:
    struct contents {
        std::vector<member> errors;
        std::string text;
    };
    std::shared_ptr<contents const> about_; // an exception is copied without a throw
};

namespace detail {
// What describe() says; of a group, all that to_string() does. Ends with a line.
std::string describe_whole(std::exception_ptr const& error);
} // namespace detail

} // namespace SB_DETAIL_ABI
} // namespace switchback
