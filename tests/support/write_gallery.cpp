// Prints docs/misuse-gallery.md, for tools/gallery.
#include "gallery.hpp"

#include <cstdio>
#include <exception>

int main() {
    try {
        std::fputs(test::gallery_page().c_str(), stdout);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "gallery: %s\n", error.what());
        return 1;
    }
}
