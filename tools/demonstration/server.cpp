// libmicrohttpd, because it can suspend a connection: a delay then costs a timer, and one polling
// thread serves any number of keep-alive connections. A server with a thread for each connection
// (cpp-httplib, say) would compete for the processor with the very programs that are measured here,
// and its pool would be full of idle keep-alive connections.

#include "server.hpp"

#include "alarm_clock.hpp"

#include <microhttpd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <atomic>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace demonstration {
namespace {

struct destroy_response {
    void operator()(MHD_Response* response) const { MHD_destroy_response(response); }
};
using response_ptr = std::unique_ptr<MHD_Response, destroy_response>;

response_ptr make_response(std::string_view body, std::string_view content_type) {
    // The library never writes to a persistent buffer; it only lacks the const.
    auto* data = const_cast<char*>(body.data());
    response_ptr response{
        MHD_create_response_from_buffer(body.size(), data, MHD_RESPMEM_PERSISTENT)};
    if (!response) throw std::runtime_error{"the HTTP server cannot make a response"};
    MHD_add_response_header(
        response.get(), MHD_HTTP_HEADER_CONTENT_TYPE, std::string{content_type}.c_str());
    return response;
}

struct request {
    std::string target;
    unsigned status = 0; // set once the delay has begun
    MHD_Response* answer = nullptr;
};

} // namespace

class site_server::state {
public:
    explicit state(site const& site)
        : not_found_{make_response("Not found\n", "text/plain")}, unavailable_{
                                                                      make_response("Try again\n",
                                                                          "text/plain")} {
        for (auto const& each : site.resources) {
            served_.try_emplace(each.target, each);
        }

        sockaddr_in loopback{};
        loopback.sin_family = AF_INET;
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        daemon_ = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0,
            nullptr, nullptr, &state::on_request, this,           //
            MHD_OPTION_SOCK_ADDR, &loopback,                      //
            MHD_OPTION_URI_LOG_CALLBACK, &state::on_target, this, //
            MHD_OPTION_NOTIFY_COMPLETED, &state::on_completed, this, MHD_OPTION_END);
        if (daemon_ == nullptr) {
            throw std::runtime_error{"cannot start an HTTP server on the loopback interface"};
        }
    }

    ~state() {
        alarms_.stop(); // the library wants no connection to be suspended when it stops
        MHD_stop_daemon(daemon_);
    }

    int port() const { return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port; }

    void reset() {
        for (auto& [target, each] : served_) each.asked = false;
    }

private:
    struct served {
        explicit served(resource const& from)
            : what{from}, response{make_response(from.body, content_type_of(from.what))} {}

        resource const& what;
        response_ptr response;
        std::atomic<bool> asked{false};
    };

    // The target has to be taken here: later the library offers it decoded, and without its query.
    static void* on_target(void*, char const* target, MHD_Connection*) {
        return new request{target};
    }

    static void on_completed(void*, MHD_Connection*, void** context, MHD_RequestTerminationCode) {
        delete static_cast<request*>(*context);
        *context = nullptr;
    }

    static MHD_Result on_request(void* self, MHD_Connection* connection, char const*, char const*,
        char const*, char const*, size_t*, void** context) {
        return static_cast<state*>(self)->answer(connection, *static_cast<request*>(*context));
    }

    // Called when the request has arrived, and again when its delay is over.
    MHD_Result answer(MHD_Connection* connection, request& asked) {
        if (asked.status == 0) {
            auto arrived = std::chrono::steady_clock::now();
            auto found = served_.find(asked.target);
            if (found == served_.end()) {
                asked.status = MHD_HTTP_NOT_FOUND;
                asked.answer = not_found_.get();
            } else {
                auto& [target, each] = *found;
                auto again = each.asked.exchange(true);
                auto fails = each.what.fails_first && !again;
                asked.status = fails ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
                asked.answer = fails ? unavailable_.get() : each.response.get();
                MHD_suspend_connection(connection);
                alarms_.at(
                    arrived + each.what.delay, [connection] { MHD_resume_connection(connection); });
                return MHD_YES;
            }
        }
        return MHD_queue_response(connection, asked.status, asked.answer);
    }

    response_ptr not_found_;
    response_ptr unavailable_;
    std::unordered_map<std::string, served> served_;
    alarm_clock alarms_;
    MHD_Daemon* daemon_ = nullptr;
};

site_server::site_server(site const& site) : state_{std::make_unique<state>(site)} {}
site_server::~site_server() = default;

std::string site_server::url() const {
    return "http://127.0.0.1:" + std::to_string(state_->port()) + "/";
}

void site_server::reset() {
    state_->reset();
}

} // namespace demonstration
