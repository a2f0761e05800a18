// A window onto thousands of things, of which a few are in view at a time.
//
// To ask each of them, thirty times a second, whether it is in view and has its picture yet would cost a
// tenth of a processor, for ever. Here each row that comes into view starts a task that loads its picture,
// and holds the future; a row that goes out of view drops it, and that ends the load at once. While
// nothing happens, nothing runs.
#pragma once

#include "printer.hpp"

#include <switchback/switchback.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace examples {

namespace sb = switchback;

// Where the pictures come from. It counts, for those who want to know.
struct picture_server {
    int asked = 0;
    int answered = 0;
    int given_up = 0;
};

struct get_picture {
    // What a request holds: a socket, say. When it goes, the request is over.
    struct request {
        picture_server& to;
        bool answered = false;

        explicit request(picture_server& server) : to(server) { ++to.asked; }
        request(request const&) = delete;
        request& operator=(request const&) = delete;
        ~request() { ++(answered ? to.answered : to.given_up); }
    };

    picture_server& server;
    std::size_t item;
    std::optional<request> connection{};

    sb::step operator()(sb::returns<std::string>& co) {
        SB_BEGIN(co);
        connection.emplace(server);
        SB_AWAIT(sb::sleep(std::chrono::milliseconds(100 + item % 5 * 20)));
        connection->answered = true;
        SB_RETURN("picture of item " + std::to_string(item));
        SB_END();
    }
};

// quoted: inventory
class inventory {
public:
    inventory(sb::task_scheduler& home, picture_server& server, std::size_t items, std::size_t rows)
        : home_(home), server_(server), items_(items), rows_(rows) {
        scroll_to(0);
    }

    void scroll_to(std::size_t first) {
        // A row out of view is dropped. If its picture has not come yet, that cancels its task.
        rows_in_view_.erase(rows_in_view_.begin(), rows_in_view_.lower_bound(first));
        rows_in_view_.erase(rows_in_view_.lower_bound(first + rows_), rows_in_view_.end());
        for (auto item = first; item < first + rows_ && item < items_; ++item) {
            auto& shown = rows_in_view_[item];
            if (!shown.loading.valid()) shown.loading = home_.start(load_row{*this, item});
        }
    }

    std::size_t rows_in_view() const { return rows_in_view_.size(); }
    std::size_t pictures_in_view() const {
        std::size_t count = 0;
        for (auto const& each : rows_in_view_) count += !each.second.picture.empty();
        return count;
    }

private:
    struct row {
        std::string picture;
        sb::future<void> loading;
    };
    struct load_row {
        inventory& window;
        std::size_t item;

        sb::step operator()(sb::returns<void>& co) {
            SB_BEGIN(co);
            SB_AWAIT_INTO(window.rows_in_view_.at(item).picture, get_picture{window.server_, item});
            SB_END();
        }
    };

    sb::task_scheduler& home_;
    picture_server& server_;
    std::size_t items_;
    std::size_t rows_;
    std::map<std::size_t, row> rows_in_view_; // by item
};
// end of quote

} // namespace examples
