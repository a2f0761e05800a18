// A generator of C++20 coroutines, after the standard's std::generator: what elements_of() delegates
// to is resumed directly, however deep it lies, by symmetric transfer.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace bench {

template <class T>
class generator;

// GCC 12 destroys the temporaries of a co_yield twice where they are aggregates: hence constructors.
template <class T>
struct elements_of {
    explicit elements_of(generator<T>&& given) noexcept : of(std::move(given)) {}
    generator<T> of;
};

template <class T>
class generator {
public:
    struct promise_type;
    using handle = std::coroutine_handle<promise_type>;

    struct promise_type {
        T const* value = nullptr;                  // the root's
        handle leaf = handle::from_promise(*this); // the root's: what runs next
        promise_type* root = this;
        std::coroutine_handle<> parent = nullptr;
        std::exception_ptr error;

        generator get_return_object() { return generator(handle::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }

        struct to_parent {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(handle ended) noexcept {
                auto& self = ended.promise();
                if (self.parent == nullptr) return std::noop_coroutine();
                auto const parent = handle::from_address(self.parent.address());
                self.root->leaf = parent;
                return parent;
            }
            void await_resume() noexcept {}
        };
        to_parent final_suspend() noexcept { return {}; }

        std::suspend_always yield_value(T const& yielded) noexcept {
            root->value = &yielded;
            return {};
        }

        struct into_child {
            explicit into_child(generator&& given) noexcept : child(std::move(given)) {}
            generator child;
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(handle parent) noexcept {
                auto& promise = child.handle_.promise();
                promise.root = parent.promise().root;
                promise.parent = parent;
                promise.root->leaf = child.handle_;
                return child.handle_;
            }
            void await_resume() {
                if (auto& error = child.handle_.promise().error) std::rethrow_exception(error);
            }
        };
        into_child yield_value(elements_of<T>&& given) noexcept {
            return into_child(std::move(given.of));
        }

        void unhandled_exception() {
            if (parent == nullptr) throw;
            error = std::current_exception();
        }
        void return_void() noexcept {}
    };

    generator(generator&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    generator& operator=(generator&&) = delete;
    ~generator() {
        if (handle_) handle_.destroy();
    }

    T const* next() {
        handle_.promise().leaf.resume();
        return handle_.done() ? nullptr : handle_.promise().value;
    }

private:
    explicit generator(handle of) : handle_(of) {}
    handle handle_;
};

} // namespace bench
