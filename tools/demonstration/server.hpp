// An HTTP server on the loopback interface that answers with a site's resources, each after its
// own delay.
#pragma once

#include "site.hpp"

#include <memory>
#include <string>

namespace demonstration {

class site_server {
public:
    // Listens from here on, at a port that the system chooses. The site must outlive the server.
    explicit site_server(site const& site);
    ~site_server();

    site_server(site_server const&) = delete;
    site_server& operator=(site_server const&) = delete;

    // Of the start page.
    std::string url() const;

    // Forgets which of the failing resources have failed already.
    void reset();

private:
    class state;
    std::unique_ptr<state> state_;
};

} // namespace demonstration
