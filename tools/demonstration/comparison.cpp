#include "comparison.hpp"

#include <fstream>
#include <iterator>
#include <map>

namespace demonstration {
namespace {

namespace fs = std::filesystem;

std::string read_all(fs::path const& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

} // namespace

std::vector<std::string> differences(
    site const& site, fs::path const& copy, file_of_target const& file_of) {
    std::vector<std::string> found;
    std::map<fs::path, std::string> owners; // file -> target

    for (auto const& each : site.resources) {
        auto file = file_of(each.target).lexically_normal();
        auto [owner, is_first] = owners.try_emplace(file, each.target);
        if (!is_first) {
            found.push_back(each.target + " and " + owner->second + " share a file");
        } else if (!fs::is_regular_file(copy / file)) {
            found.push_back(each.target + " is missing: there is no " + file.string());
        } else if (auto content = read_all(copy / file); content != each.body) {
            found.push_back(each.target + " differs: " + std::to_string(content.size()) +
                            " bytes in " + file.string() + ", " + std::to_string(each.body.size()) +
                            " on the site");
        }
    }
    if (!fs::is_directory(copy)) return found;
    for (auto const& entry : fs::recursive_directory_iterator{copy}) {
        if (entry.is_directory()) continue;
        auto file = entry.path().lexically_relative(copy);
        if (owners.count(file) == 0) found.push_back("no resource belongs to " + file.string());
    }
    return found;
}

} // namespace demonstration
