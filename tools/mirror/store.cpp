#include "store.hpp"

#include "file_name.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace mirror {

namespace {

[[noreturn]] void fail(std::string const& what, int error = errno) {
    throw std::system_error(error, std::generic_category(), what);
}

mode_t kind_of(int parent, std::string const& name) {
    struct stat status = {};
    if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    return status.st_mode & S_IFMT;
}

// file_name() never makes such a part; this is the second lock on the door.
void check_part(std::string const& part) {
    if (part.empty() || part == "." || part == ".." || part.find('\0') != part.npos) {
        fail("a name that could lead elsewhere", EINVAL);
    }
}

} // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

descriptor::~descriptor() {
    if (number_ >= 0) ::close(number_);
}

new_file::new_file(int directory, std::string name, descriptor file) noexcept
    : directory_(directory), name_(std::move(name)), file_(std::move(file)) {}

new_file::new_file(new_file&& other) noexcept
    : directory_(other.directory_), name_(std::exchange(other.name_, {})),
      file_(std::move(other.file_)) {}

new_file::~new_file() {
    if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

void new_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("cannot write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void new_file::close() {
    // Some file systems report a full disk no sooner than here.
    if (::close(file_.release()) != 0) fail("cannot write");
}

store::store(std::string const& directory) {
    std::filesystem::create_directories(directory);
    root_ = descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_) fail("cannot open " + directory);
}

new_file store::create() {
    for (;;) {
        auto const number = std::to_string(::getpid()) + "-" + std::to_string(++created_);
        auto name = ".sb-mirror-" + number + ".part";
        constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
        auto file = descriptor(::openat(root_.get(), name.c_str(), flags, 0666));
        if (file) return new_file(root_.get(), std::move(name), std::move(file));
        // A killed process of the same number may have left its own.
        if (errno != EEXIST) fail("cannot create a file");
    }
}

descriptor store::open_directory(int parent, std::string const& name) {
    check_part(name);
    if (::mkdirat(parent, name.c_str(), 0777) != 0) {
        if (errno != EEXIST) fail("cannot create the directory " + name);
        if (kind_of(parent, name) == S_IFLNK) fail("will not follow the link " + name, ELOOP);
        if (kind_of(parent, name) == S_IFREG) {
            auto const aside = name_beside(name);
            if (::renameat(parent, name.c_str(), parent, aside.c_str()) != 0 ||
                ::mkdirat(parent, name.c_str(), 0777) != 0) {
                fail("cannot create the directory " + name);
            }
        }
    }
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    auto directory = descriptor(::openat(parent, name.c_str(), flags));
    if (!directory) fail("cannot enter the directory " + name);
    return directory;
}

void store::keep(new_file&& file, std::string const& name) {
    auto taken = new_file(std::move(file)); // so that a failure below removes it
    // Moving a file out of a directory's way takes several steps.
    auto const lock = std::lock_guard(moving_);

    auto directory = descriptor();
    auto const parent = [&] { return directory ? directory.get() : root_.get(); };
    std::size_t start = 0;
    for (auto slash = name.find('/'); slash != name.npos; slash = name.find('/', start)) {
        directory = open_directory(parent(), name.substr(start, slash - start));
        start = slash + 1;
    }
    auto const last = name.substr(start);
    check_part(last);
    taken.close();
    int moved = ::renameat(root_.get(), taken.name_.c_str(), parent(), last.c_str());
    if (moved != 0 && errno == EISDIR) {
        auto const aside = name_beside(last);
        moved = ::renameat(root_.get(), taken.name_.c_str(), parent(), aside.c_str());
    }
    if (moved != 0) fail("cannot create " + name);
    taken.name_.clear();
}

} // namespace mirror
