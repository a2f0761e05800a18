// The output directory. A file appears in it under its own name only when it is whole:
//
//     auto file = out.create();      // a hidden temporary file at the top of the directory
//     file.write(bytes);
//     out.keep(std::move(file), "example.org/docs/index.html");
//
// A file that is not kept vanishes with its object, whatever the reason. Nothing is ever written
// outside the directory: names are walked part by part and symbolic links are not followed.
// Failures are thrown as std::system_error. All functions may be called from any thread.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mirror {

// An open file or directory.
class descriptor {
public:
    explicit descriptor(int number = -1) noexcept : number_(number) {}
    descriptor(descriptor&& other) noexcept : number_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    int release() noexcept { return std::exchange(number_, -1); }
    int get() const noexcept { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

private:
    int number_;
};

class new_file {
public:
    new_file(new_file&& other) noexcept;
    new_file& operator=(new_file&&) = delete;
    ~new_file();

    void write(std::string_view bytes);

private:
    friend class store;
    new_file(int directory, std::string name, descriptor file) noexcept;

    void close();

    int directory_;
    std::string name_; // empty once there is nothing to remove
    descriptor file_;
};

class store {
public:
    // Creates the directory, and its parents, when missing. It must outlive its new files.
    explicit store(std::string const& directory);

    new_file create();

    // Puts `file` in its place, replacing what a former run left there. Where one address is a file
    // and another lies below it ("/a", "/a/b"), the directory gets the name and the file stands
    // beside it, whichever came first.
    void keep(new_file&& file, std::string const& name);

private:
    static descriptor open_directory(int parent, std::string const& name);

    descriptor root_;
    std::atomic<unsigned> created_{0};
    std::mutex moving_;
};

} // namespace mirror
