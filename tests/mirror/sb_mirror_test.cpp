// The built program, end to end, against a site on this machine. What holds, holds in every mode.
#include "process.hpp"
#include "temporary_directory.hpp"
#include "test_server.hpp"

#include "file_name.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <mutex>
#include <sstream>
#include <thread>

namespace {

std::vector<std::string> const modes{"serial", "threads", "tasks"};

using strings = std::vector<std::string>;

strings command(std::string const& mode, std::string const& address, std::string const& directory,
    strings const& more = {}) {
    strings words{SB_MIRROR, address, "-o", directory, "--mode", mode};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// Runs the test once for each mode, with a site and an output directory of its own.
template <typename Test> void in_every_mode(Test const& test) {
    for (auto const& mode : modes) {
        CAPTURE(mode);
        test_server site;
        temporary_directory const place;
        test(mode, site, place / "out");
    }
}

bool has(std::string const& text, std::string const& part) {
    return text.find(part) != text.npos;
}

bool has_temporary_file(std::string const& directory) {
    for (auto const& [name, bytes] : tree(directory)) {
        if (has(name, ".part")) return true;
    }
    return false;
}

strings lines_of(std::string const& text) {
    std::istringstream stream(text);
    strings lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

} // namespace

TEST_SUITE("sb-mirror") {
    TEST_CASE("a page is copied with all that it links to, and the status is 0") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            std::string const html = "<link rel=stylesheet href=c.css><script src=s.js></script>"
                                     "<img src=/i.png><a href=sub/>s</a><a href=#here>h</a>";
            site.page("/", html);
            site.file("/c.css", "style");
            site.file("/s.js", "script");
            site.file("/i.png", std::string(100'000, 'i'));
            site.page("/sub/", "<a href=too-far>x</a>");
            auto const result = run(command(mode, site.address("/"), out));
            CAPTURE(result.output);
            CHECK(result.status == 0);
            auto const at = site.name() + "/";
            CHECK(tree(out) == std::map<std::string, std::string>{{at + "index.html", html},
                                   {at + "c.css", "style"}, {at + "s.js", "script"},
                                   {at + "i.png", std::string(100'000, 'i')},
                                   {at + "sub/index.html", "<a href=too-far>x</a>"}});
            CHECK(has(result.output, "5 fetched, 0 failed"));
        });
    }

    TEST_CASE("what cannot be found is listed with the reason, and the status is 1") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<a href=there>x</a><img src=gone.png>");
            site.file("/there", "x");
            site.fail("/gone.png", 404);
            auto const result = run(command(mode, site.address("/"), out));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(tree(out).size() == 2);
            CHECK(
                has(result.output, site.address("/gone.png") + "\n    the server answered 404\n"));
            CHECK(site.requests("/gone.png") == 1);
            CHECK(site.requests("/from-an-error-page") == 0);
        });
    }

    TEST_CASE("a wrong command line has status 2") {
        temporary_directory const place;
        for (auto const& words : {strings{}, strings{"http://h/"}, strings{"-o", place.path()},
                 strings{"ftp://h/", "-o", place.path()}, strings{"no-address", "-o", place.path()},
                 strings{"http://h/", "-o", place.path(), "--mode", "magic"},
                 strings{"http://h/", "-o", place.path(), "--jobs", "0"},
                 strings{"http://h/", "-o", place.path(), "--jobs", "many"},
                 strings{"http://h/", "-o", place.path(), "--timeout", "-1"},
                 strings{"http://h/", "-o", place.path(), "--unknown"}}) {
            strings whole{SB_MIRROR};
            whole.insert(whole.end(), words.begin(), words.end());
            auto const result = run(whole);
            CAPTURE(result.output);
            CHECK(result.status == 2);
            CHECK(has(result.output, "--help"));
        }
        CHECK(run({SB_MIRROR, "--help"}).status == 0);
    }

    TEST_CASE("a host that cannot be resolved has status 3") {
        in_every_mode([](auto const& mode, test_server&, auto const& out) {
            auto const result =
                run(command(mode, "http://no-such-host.invalid/", out, {"--retries", "0"}));
            CAPTURE(result.output);
            CHECK(result.status == 3);
            CHECK(has(result.output, "no-such-host.invalid"));
            CHECK(tree(out).empty());
        });
    }

    TEST_CASE("an output directory that cannot be created has status 3") {
        in_every_mode([](auto const& mode, test_server& site, auto const&) {
            auto const result = run(command(mode, site.address("/"), "/dev/null/out"));
            CAPTURE(result.output);
            CHECK(result.status == 3);
            CHECK(has(result.output, "Not a directory"));
            CHECK(site.requests("/") == 0);
        });
    }

    TEST_CASE("a server that dies midway is a failure that leaves no half file") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=half.bin>");
            site.half("/half.bin", std::string(50'000, 'x'));
            process mirror(command(mode, site.address("/"), out), process::output::pipe,
                [&site] { site.client_gone(); });
            REQUIRE(site.wait_for("/half.bin"));
            site.kill();
            auto const result = mirror.wait();
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(has(result.output, site.address("/half.bin") + "\n    "));
            auto const files = tree(out);
            CHECK(files.size() == 1);
            CHECK(files.count(site.name() + "/index.html") == 1);
        });
    }

    TEST_CASE("an endless redirect is a failure") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<a href=round>x</a>");
            site.redirect("/round", "/and-round");
            site.redirect("/and-round", "/round");
            auto const result = run(command(mode, site.address("/"), out));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(has(result.output, "redirected more than 20 times"));
        });
    }

    TEST_CASE("a redirected page is kept under the address that was linked; its links start where "
              "it was found") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.redirect("/", "/moved/here/");
            site.page("/moved/here/", "<img src=i.png>");
            site.file("/moved/here/i.png", "i");
            auto const result = run(command(mode, site.address("/"), out));
            CAPTURE(result.output);
            CHECK(result.status == 0);
            auto const at = site.name() + "/";
            CHECK(tree(out) ==
                  std::map<std::string, std::string>{
                      {at + "index.html", "<img src=i.png>"}, {at + "moved/here/i.png", "i"}});
        });
    }

    TEST_CASE("no address leads out of the output directory") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            strings const targets{"../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd",
                "..%2f..%2f..%2fetc%2fpasswd", "..%5c..%5cpasswd", "..\\..\\passwd",
                "a/%00/../../b", "?../../../passwd"};
            std::string html;
            for (auto const& target : targets) html += "<a href='" + target + "'>x</a>";
            site.page("/a/", html);
            for (auto const& target : {"/etc/passwd", "/a/..%2F..%2F..%2Fetc%2Fpasswd",
                     "/a/..%5C..%5Cpasswd", "/a/?../../../passwd", "/b"}) {
                site.file(target, "harmless");
            }
            auto const result = run(command(mode, site.address("/a/"), out));
            CAPTURE(result.output);
            CHECK(result.status <= 1);
            auto const around = std::filesystem::path(out).parent_path().string();
            for (auto const& file : tree(around)) {
                CAPTURE(file.first);
                CHECK(file.first.rfind("out/" + site.name() + "/", 0) == 0);
            }
            CHECK(tree(out).size() >= 5);
        });
    }

    TEST_CASE("a full disk fails what no longer fits, and leaves no half file") {
        if (run({"unshare", "-rm", "true"}).status != 0) {
            FAIL("This test mounts a small file system: it needs root, or a kernel that lets users "
                 "have name spaces of their own (unshare -rm)");
        }
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=big.bin><img src=small.bin>");
            site.file("/big.bin", std::string(1'000'000, 'x'));
            site.file("/small.bin", "x");
            std::filesystem::create_directory(out);
            // Only the program and this shell see the mount, and it goes when they go.
            strings words{"unshare", "-rm", "sh", "-c",
                "mount -t tmpfs -o size=64k tmpfs \"$0\" || exit 99; \"$@\"; status=$?;"
                "echo left:; find \"$0\" -type f; exit $status",
                out};
            auto const mirror = command(mode, site.address("/"), out, {"--jobs", "1"});
            words.insert(words.end(), mirror.begin(), mirror.end());
            auto const result = run(words);
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(has(result.output, "No space left on device"));
            auto const left = result.output.substr(result.output.find("left:"));
            CHECK(has(left, "/index.html"));
            CHECK(has(left, "/small.bin"));
            CHECK_FALSE(has(left, "big"));
            CHECK_FALSE(has(left, ".part"));
            CHECK(site.requests("/big.bin") == 1);
        });
    }

    TEST_CASE("Ctrl-C while a file is half written stops cleanly with status 130") {
        for (int const signal : {SIGINT, SIGTERM}) {
            in_every_mode([signal](auto const& mode, test_server& site, auto const& out) {
                site.page("/", "<img src=half.bin><img src=silent>");
                site.half("/half.bin", std::string(50'000, 'x'));
                site.silent("/silent");
                bool gone = false;
                std::mutex mutex;
                process mirror(command(mode, site.address("/"), out), process::output::pipe, [&] {
                    site.client_gone();
                    auto const lock = std::lock_guard(mutex);
                    gone = true;
                });
                REQUIRE(site.wait_for("/half.bin"));
                auto const is_gone = [&] {
                    auto const lock = std::lock_guard(mutex);
                    return gone;
                };
                while (!has_temporary_file(out) && !is_gone()) std::this_thread::yield();
                mirror.signal(signal);
                auto const result = mirror.wait();
                CAPTURE(result.output);
                CHECK(result.status == 130);
                CHECK(has(result.output, "interrupted: 1 fetched"));
                CHECK(tree(out).size() == 1);
            });
        }
    }

    TEST_CASE("Ctrl-C while all servers are silent stops cleanly with status 130") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.silent("/");
            process mirror(command(mode, site.address("/"), out), process::output::pipe,
                [&site] { site.client_gone(); });
            REQUIRE(site.wait_for("/"));
            mirror.signal(SIGINT);
            auto const result = mirror.wait();
            CAPTURE(result.output);
            CHECK(result.status == 130);
            CHECK(tree(out).empty());
        });
    }

    TEST_CASE("Ctrl-C during the pause before a retry stops cleanly with status 130") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.fail("/", 503);
            process mirror(command(mode, site.address("/"), out, {"--retries", "100"}),
                process::output::pipe, [&site] { site.client_gone(); });
            REQUIRE(site.wait_for("/"));
            mirror.signal(SIGINT);
            auto const result = mirror.wait();
            CAPTURE(result.output);
            CHECK(result.status == 130);
        });
    }

    TEST_CASE("a body shorter than announced is a failure, not a file") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=short.bin>");
            site.truncated("/short.bin", std::string(1'000, 'x'));
            auto const result = run(command(mode, site.address("/"), out, {"--retries", "0"}));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(tree(out).size() == 1);
            CHECK(has(result.output, site.address("/short.bin") + "\n    "));
        });
    }

    TEST_CASE("an address is fetched once, though linked ten times") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            std::string html;
            for (int i = 0; i < 10; ++i) {
                html += "<a href='x#" + std::to_string(i) + "'>x</a><img src=./y/../%78>";
            }
            site.page("/", html);
            site.page("/x", html);
            auto const result = run(command(mode, site.address("/"), out, {"--depth", "3"}));
            CAPTURE(result.output);
            CHECK(result.status == 0);
            CHECK(site.requests("/x") == 1);
            CHECK(site.requests("/") == 1);
        });
    }

    TEST_CASE("addresses that differ in the query are saved apart") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=i.png?1><img src=i.png?2><img src=i.png>");
            site.file("/i.png?1", "one");
            site.file("/i.png?2", "two");
            site.file("/i.png", "none");
            auto const result = run(command(mode, site.address("/"), out));
            CAPTURE(result.output);
            CHECK(result.status == 0);
            auto const kept = [&](char const* target) {
                auto const address = mirror::url::parse(site.address(target)).value();
                return contents(out + "/" + mirror::file_name(address));
            };
            CHECK(kept("/i.png?1") == "one");
            CHECK(kept("/i.png?2") == "two");
            CHECK(kept("/i.png") == "none");
        });
    }

    TEST_CASE("a server in trouble is asked again, one that refuses is not") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=a><img src=b><img src=c>");
            site.fail_first("/a", 503, 1, "a");
            site.fail_first("/b", 500, 2, "b");
            site.fail_first("/c", 403, 1, "c");
            auto const result = run(command(mode, site.address("/"), out, {"--retries", "1"}));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(site.requests("/a") == 2);
            CHECK(site.requests("/b") == 2);
            CHECK(site.requests("/c") == 1);
            CHECK(has(result.output, "2 fetched, 2 failed, 2 retried"));
        });
    }

    TEST_CASE("a silent server is given up after the timeout") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.silent("/");
            auto const result =
                run(command(mode, site.address("/"), out, {"--timeout", "0.05", "--retries", "0"}));
            CAPTURE(result.output);
            CHECK(result.status == 3);
            CHECK(has(result.output, "nothing came for 0.050 s"));
        });
    }

    TEST_CASE("with --same-host other hosts are neither asked nor redirected to") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            auto const elsewhere =
                "http://localhost:" + site.name().substr(site.name().find(':') + 1);
            site.page("/", "<a href=" + elsewhere + "/a>x</a><img src=" + elsewhere +
                               "/i><a href=out>x</a><a href=in>x</a>");
            site.redirect("/out", elsewhere + "/r");
            site.file("/in", "in");
            auto const result = run(command(mode, site.address("/"), out, {"--same-host"}));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            CHECK(has(result.output, "redirected to another host"));
            CHECK(site.requests("/a") == 0);
            CHECK(site.requests("/i") == 0);
            CHECK(site.requests("/r") == 0);
            CHECK(site.requests("/in") == 1);
        });
    }

    TEST_CASE("all modes make the same tree") {
        test_server site;
        temporary_directory const place;
        std::string links;
        for (int i = 0; i < 30; ++i) {
            auto const name = "p" + std::to_string(i);
            links += "<a href=/" + name + ">x</a><a href=/" + name + "/sub>x</a><img src=/i?" +
                     std::to_string(i % 7) + ">";
            site.page("/" + name, "<a href=/p" + std::to_string((i + 1) % 30) + "/deeper/>x</a>");
            site.page("/" + name + "/sub", "<img src=only-here>");
            site.file("/" + name + "/only-here", name);
            site.file("/" + name + "/deeper/", name);
            if (i < 7) site.file("/i?" + std::to_string(i), name);
        }
        site.page("/", links);
        std::map<std::string, std::string> first;
        for (auto const& mode : modes) {
            CAPTURE(mode);
            auto const result =
                run(command(mode, site.address("/"), place / mode, {"--depth", "2"}));
            CHECK(result.status == 0);
            if (first.empty()) first = tree(place / mode);
            CHECK(tree(place / mode) == first);
        }
        CHECK(first.size() == 1 + 30 * 4 + 7);
    }

    TEST_CASE("--trace tells of every attempt, and the totals in the last line") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=a><img src=b>");
            site.fail_first("/a", 503, 1, "abc");
            site.fail("/b", 404);
            auto const file = out + "-trace";
            auto const result = run(command(mode, site.address("/"), out, {"--trace", file}));
            CAPTURE(result.output);
            CHECK(result.status == 1);
            auto const text = contents(file);
            CAPTURE(text);
            auto const lines = lines_of(text);
            REQUIRE(lines.size() == 5);
            CHECK(has(text, "\"status\":503,\"bytes\":0,\"attempt\":1}\n"));
            CHECK(has(text, "\"status\":200,\"bytes\":3,\"attempt\":2}\n"));
            CHECK(has(text, "\"status\":404,\"bytes\":0,\"attempt\":1}\n"));
            CHECK(has(lines.back(),
                "{\"summary\":true,\"fetched\":2,\"failed\":1,\"retried\":1,\"bytes\":25,"));
        });
    }

    TEST_CASE("a trace that cannot be written is a failure") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "");
            auto const full = run(command(mode, site.address("/"), out, {"--trace", "/dev/full"}));
            CHECK(full.status == 1);
            CHECK(has(full.output, "the trace could not be written"));
            auto const none = run(command(mode, site.address("/"), out, {"--trace", "/no/where"}));
            CHECK(none.status == 3);
            CHECK(has(none.output, "cannot write the trace /no/where: No such file or directory"));
        });
    }

    TEST_CASE("on a terminal one line is rewritten and cleared away at the end") {
        in_every_mode([](auto const& mode, test_server& site, auto const& out) {
            site.page("/", "<img src=a>");
            site.file("/a", "a");
            auto const result =
                run(command(mode, site.address("/"), out), process::output::terminal);
            CAPTURE(result.output);
            CHECK(result.status == 0);
            CHECK(has(result.output, "\r0 done, 1 in flight, 0 failed, 0 B, 0 B/s\033[K"));
            CHECK(has(result.output, "\r\033[K2 fetched, 0 failed"));
            CHECK_FALSE(has(result.output, "fetched http"));
        });
    }
}
