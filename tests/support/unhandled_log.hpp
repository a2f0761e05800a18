// What goes to the handler of unhandled errors while a test runs.
#pragma once

#include <switchback/traceback.hpp>
#include <switchback/unhandled.hpp>

#include <string>
#include <vector>

namespace test {

class unhandled_log {
public:
    unhandled_log() : before_(switchback::set_unhandled_error_handler(&note)) { errors().clear(); }
    unhandled_log(unhandled_log const&) = delete;
    unhandled_log& operator=(unhandled_log const&) = delete;
    ~unhandled_log() { switchback::set_unhandled_error_handler(before_); }

    static std::vector<std::string>& errors() {
        static std::vector<std::string> all;
        return all;
    }

private:
    static void note(switchback::unhandled_error const& what) {
        errors().push_back(switchback::describe(what.error));
    }

    switchback::unhandled_error_handler before_;
};

} // namespace test
