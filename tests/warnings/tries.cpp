// Tries as users write them, in generators.

#include <switchback/switchback.hpp>

#include <cstdio>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace sb = switchback;

namespace {

struct file_lines {
    std::string name;
    std::FILE* file = nullptr;
    char line[80] = {};

    sb::step operator()(sb::yields<char const*>& co) {
        SB_BEGIN(co);
        file = std::fopen(name.c_str(), "r");
        if (file == nullptr) throw std::runtime_error("cannot open " + name);
        SB_TRY {
            while (std::fgets(line, sizeof line, file) != nullptr) SB_YIELD(line);
        } SB_FINALLY {
            std::fclose(file);
        } SB_END_TRY
        SB_END();
    }
};

struct all_blocks {
    int i = 0, failures = 0;

    sb::step operator()(sb::yields<int, int, int>& co) {
        SB_BEGIN(co);
        for (; i < 10; ++i) {
            SB_TRY {
                SB_YIELD_INTO(i, i);
                if (i == 3) continue;
                if (i == 4) break;
                if (i == 5) SB_RETURN(i);
                if (i == 6) throw std::out_of_range("6");
            } SB_CATCH(std::out_of_range const& error) {
                SB_YIELD(static_cast<int>(std::string(error.what()).size()));
                if (i == 3) continue;
            } SB_CATCH(std::exception const& unused) {
                SB_YIELD(1);
                if (i == 4) break;
            } SB_CATCH(int const& number) {
                if (number == 3) SB_RAISE();
                SB_RETURN(number);
            } SB_CATCH_ERRORS {
                ++failures;
            } SB_CATCH_ALL {
                SB_RAISE();
            } SB_ELSE {
                SB_YIELD(2);
            } SB_FINALLY {
                SB_YIELD(3);
                if (i == 9) SB_RETURN(9);
            } SB_END_TRY
        }
        SB_RETURN(failures);
        SB_END();
    }
};

struct nested {
    int attempts = 0;

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        SB_TRY {
            for (;;) {
                SB_TRY {
                    SB_YIELD(attempts);
                    break;
                } SB_CATCH_ERRORS {
                    if (++attempts == 3) SB_RAISE();
                    SB_TRY {
                        SB_YIELD(-attempts);
                    } SB_CATCH(std::bad_alloc const& error) {
                        throw std::runtime_error(error.what());
                    } SB_END_TRY
                } SB_END_TRY
            }
        } SB_FINALLY {
            SB_TRY {
                SB_SWITCH(attempts) {
                SB_CASE(0): break;
                SB_CASE(1):
                    SB_YIELD(0);
                    [[fallthrough]];
                SB_DEFAULT:
                    SB_TRY {
                        SB_YIELD(1);
                    } SB_FINALLY {
                        SB_YIELD(2);
                    } SB_END_TRY
                }
            } SB_CATCH_ALL {
            } SB_END_TRY
        } SB_END_TRY
        SB_END();
    }
};

// Every block of which does nothing but leave.
struct leaves_at_once {
    sb::step operator()(sb::yields<int, void, int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_TRY {
                SB_RETURN(1);
            } SB_CATCH_ALL {
                continue;
            } SB_FINALLY {
                break;
            } SB_END_TRY
        }
        SB_TRY {
            throw 1;
        } SB_FINALLY {
            SB_RETURN(2);
        } SB_END_TRY
        SB_END();
    }
};

template <class T>
struct of_any_type {
    T value;

    sb::step operator()(sb::yields<T>& co) {
        SB_BEGIN(co);
        SB_TRY {
            SB_YIELD(value);
        } SB_CATCH(T const& error) {
            SB_YIELD(error);
        } SB_CATCH_ERRORS {
            if (sb::handled_exception(co) == nullptr) SB_RAISE();
        } SB_END_TRY
        SB_END();
    }
};

struct holds_a_resource {
    std::optional<std::unique_ptr<int>> resource{};

    sb::step operator()(sb::yields<int>& co) {
        SB_BEGIN(co);
        for (;;) {
            SB_WITH(resource, std::make_unique<int>(1)) {
                SB_YIELD(**resource);
                if (**resource == 2) break;
                if (**resource == 3) continue;
            } SB_END_WITH
        }
        SB_END();
    }
};

} // namespace

int main() {
    sb::generator lines{file_lines{"/nowhere"}};
    sb::generator<all_blocks> a;
    sb::generator<nested> b;
    sb::generator<leaves_at_once> c;
    sb::generator d{of_any_type<std::string>{"text"}};
    sb::generator<holds_a_resource> e;
    try {
        lines.next();
    } catch (std::runtime_error const& error) {
        std::puts(error.what());
    }
    a.next();
    b.next();
    c.next();
    d.next();
    e.next();
    return a.close().value_or(0) + c.take_returned().value_or(0);
}
