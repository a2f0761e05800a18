#include "transfer.hpp"

#include "fetch_error.hpp"

#include <curl/curl.h>

#include <array>
#include <exception>
#include <memory>
#include <new>

namespace mirror {

namespace {

using clock = std::chrono::steady_clock;

bool is_transient(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return true;
    default:
        return false;
    }
}

void check(CURLMcode code) {
    if (code == CURLM_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLM_OK) {
        throw fetch_error(curl_multi_strerror(code), fetch_error::kind::lasting);
    }
}

std::string seconds(std::chrono::milliseconds time) {
    auto text = std::to_string(time.count() / 1000);
    if (time.count() % 1000 != 0) {
        text += "." + std::to_string(1000 + time.count() % 1000).substr(1);
    }
    return text + " s";
}

struct easy_deleter {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct multi_deleter {
    void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};

// What libcurl's callbacks need. No exception may pass through libcurl, so it is kept meanwhile.
struct exchange {
    CURL* handle;
    body_sink const& sink;
    clock::time_point last_sign_of_life = clock::now();
    std::exception_ptr error = nullptr;

    std::string_view content_type() const {
        char* text = nullptr;
        curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &text);
        return text != nullptr ? text : "";
    }

    int status() const {
        long code = 0;
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
        return static_cast<int>(code);
    }
};

std::size_t on_header(char*, std::size_t, std::size_t size, void* user) {
    static_cast<exchange*>(user)->last_sign_of_life = clock::now();
    return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
    auto& self = *static_cast<exchange*>(user);
    self.last_sign_of_life = clock::now();
    if (self.status() / 100 != 2) return size;
    try {
        self.sink(std::string_view(data, size), self.content_type());
        return size;
    } catch (...) {
        self.error = std::current_exception();
        return 0;
    }
}

class session {
public:
    session() {
        static auto const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
        easy_.reset(curl_easy_init());
        multi_.reset(curl_multi_init());
        if (ready != CURLE_OK || !easy_ || !multi_) throw std::bad_alloc();
    }

    reply run(url const& address, std::chrono::milliseconds patience, body_sink const& sink,
        stop_query const& stop) {
        auto state = exchange{easy_.get(), sink};
        prepare(address, patience, state);
        auto const code = drive(state, patience, stop);
        if (state.error) std::rethrow_exception(state.error);
        if (code != CURLE_OK) {
            auto const reason = reason_[0] != '\0' ? reason_.data() : curl_easy_strerror(code);
            throw fetch_error(reason,
                is_transient(code) ? fetch_error::kind::transient : fetch_error::kind::lasting);
        }
        return result(state);
    }

private:
    template <typename Value> void set(CURLoption option, Value value) {
        auto const code = curl_easy_setopt(easy_.get(), option, value);
        if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
        if (code != CURLE_OK) {
            throw fetch_error(curl_easy_strerror(code), fetch_error::kind::lasting);
        }
    }

    void prepare(url const& address, std::chrono::milliseconds patience, exchange& state) {
        reason_[0] = '\0';
        curl_easy_reset(easy_.get()); // keeps the connections
        set(CURLOPT_URL, address.text().c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_USERAGENT, "sb-mirror");
        set(CURLOPT_NOSIGNAL, 1L);
        // drive() gives up earlier, whatever the transfer is waiting for.
        set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience.count()) + 1'000);
        set(CURLOPT_ERRORBUFFER, reason_.data());
        set(CURLOPT_HEADERFUNCTION, &on_header);
        set(CURLOPT_HEADERDATA, static_cast<void*>(&state));
        set(CURLOPT_WRITEFUNCTION, &on_body);
        set(CURLOPT_WRITEDATA, static_cast<void*>(&state));
        // A name that is still being resolved must not hold up the end of the program.
        set(CURLOPT_QUICK_EXIT, 1L);
    }

    CURLcode drive(
        exchange const& state, std::chrono::milliseconds patience, stop_query const& stop) {
        check(curl_multi_add_handle(multi_.get(), easy_.get()));
        struct remover {
            session& self;
            ~remover() { curl_multi_remove_handle(self.multi_.get(), self.easy_.get()); }
        } const remove_at_end{*this};

        for (;;) {
            if (stop()) throw stopped();
            int running = 0;
            check(curl_multi_perform(multi_.get(), &running));
            if (running == 0) break;
            if (clock::now() - state.last_sign_of_life > patience) {
                throw fetch_error("timed out: nothing came for " + seconds(patience),
                    fetch_error::kind::transient);
            }
            check(curl_multi_poll(multi_.get(), nullptr, 0, 50, nullptr));
        }
        int left = 0;
        auto const message = curl_multi_info_read(multi_.get(), &left);
        return message != nullptr ? message->data.result : CURLE_RECV_ERROR;
    }

    reply result(exchange const& state) {
        reply answer;
        answer.status = state.status();
        answer.content_type = state.content_type();
        char* text = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &text);
        if (text != nullptr) answer.location = text;
        return answer;
    }

    std::array<char, CURL_ERROR_SIZE> reason_ = {};
    std::unique_ptr<CURL, easy_deleter> easy_;
    std::unique_ptr<CURLM, multi_deleter> multi_;
};

} // namespace

reply transfer(url const& address, std::chrono::milliseconds patience, body_sink const& sink,
    stop_query const& stop) {
    thread_local session connections;
    return connections.run(address, patience, sink, stop);
}

} // namespace mirror
