// What there is to know about the terminal, if standard output is one.
#pragma once

#include <cstddef>
#include <string_view>

namespace demonstration {

// Of its columns; 72 where there is no terminal.
std::size_t terminal_width();

// A terminal whose user has not asked for NO_COLOR.
bool terminal_has_colours();

// Columns that UTF-8 text takes, as long as its characters are of the ordinary kind.
std::size_t display_width(std::string_view text);

// Escape sequences, or nothing at all.
class style {
public:
    explicit style(bool coloured) : coloured_{coloured} {}

    std::string_view plain() const { return coloured_ ? "\033[0m" : ""; }
    std::string_view strong() const { return coloured_ ? "\033[1m" : ""; }
    std::string_view faint() const { return coloured_ ? "\033[2m" : ""; }
    std::string_view accent() const { return coloured_ ? "\033[36m" : ""; }
    std::string_view good() const { return coloured_ ? "\033[32m" : ""; }
    std::string_view bad() const { return coloured_ ? "\033[31m" : ""; }

private:
    bool coloured_;
};

} // namespace demonstration
