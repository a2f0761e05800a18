// What the compiler has to be told, under names of our own. No other file asks which compiler it is.
#pragma once

// Two versions may meet in a program, but not in a file: whose would its macros be?
#if defined(SB_DETAIL_ABI)
#    error "two copies of Switchback are included in one file: each file includes one"
#endif

#include <cstddef>
#include <cstdint>

// The two optimisers want different things. What is said here was measured, not reasoned out.
#if defined(__clang__)
#    define SB_DETAIL_IS_CLANG 1
#    define SB_DETAIL_INLINE_BY_CLANG inline __attribute__((always_inline))
#else
#    define SB_DETAIL_IS_CLANG 0
#    define SB_DETAIL_INLINE_BY_CLANG
#endif
#if defined(__GNUC__) || defined(__clang__)
#    define SB_DETAIL_COLD __attribute__((cold, noinline))
#    define SB_DETAIL_NOINLINE __attribute__((noinline))
#    define SB_DETAIL_INLINE inline __attribute__((always_inline))
#    define SB_DETAIL_FLATTEN __attribute__((flatten)) // whatever this calls is inlined
#    define SB_DETAIL_UNLIKELY(x) __builtin_expect(static_cast<bool>(x), 0)
#elif defined(_MSC_VER)
#    define SB_DETAIL_COLD __declspec(noinline)
#    define SB_DETAIL_NOINLINE __declspec(noinline)
#    define SB_DETAIL_INLINE __forceinline
#    define SB_DETAIL_FLATTEN
#    define SB_DETAIL_UNLIKELY(x) (x)
#else
#    define SB_DETAIL_COLD
#    define SB_DETAIL_NOINLINE
#    define SB_DETAIL_INLINE inline
#    define SB_DETAIL_FLATTEN
#    define SB_DETAIL_UNLIKELY(x) (x)
#endif

// Ends the program where there is nothing to abort it with; and atomic access to plain objects.
#if defined(__GNUC__) || defined(__clang__)
#    define SB_DETAIL_HAS_ATOMIC_BUILTINS 1
#    define SB_DETAIL_TRAP() __builtin_trap()
#else
#    define SB_DETAIL_HAS_ATOMIC_BUILTINS 0
#    define SB_DETAIL_TRAP() \
        for (;;) { \
        }
#endif

#if defined(__SANITIZE_ADDRESS__)
#    define SB_DETAIL_ASAN 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
#        define SB_DETAIL_ASAN 1
#    endif
#endif
#ifndef SB_DETAIL_ASAN
#    define SB_DETAIL_ASAN 0
#endif

// GCC does not see that an empty optional destroys nothing, and warns of its members.
#if defined(__GNUC__) && !defined(__clang__)
#    define SB_DETAIL_MAY_BE_EMPTY_BEGIN \
        _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wmaybe-uninitialized\"")
#    define SB_DETAIL_MAY_BE_EMPTY_END _Pragma("GCC diagnostic pop")
#else
#    define SB_DETAIL_MAY_BE_EMPTY_BEGIN
#    define SB_DETAIL_MAY_BE_EMPTY_END
#endif

// std::addressof without <memory>, which would double what a generator's user has to compile.
#define SB_DETAIL_ADDRESS_OF(object) __builtin_addressof(object)

// ---- What a program may choose, for all of its files that share generators and tasks

// The bits of the resume path: 64, or 32 for small machines (shorter bodies, fewer blocks in one another:
// see <switchback/detail/path.hpp>).
#if !defined(SB_PATH_BITS)
#    define SB_PATH_BITS 64
#elif SB_PATH_BITS != 64 && SB_PATH_BITS != 32
#    error "SB_PATH_BITS is 64 or 32"
#endif

// Without exceptions (-fno-exceptions) bodies have no SB_TRY and no SB_WITH, and a misuse goes to the
// handler of <switchback/misuse_handler.hpp>.
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS) || defined(_CPPUNWIND)
#    define SB_DETAIL_EXCEPTIONS 1
#    define SB_DETAIL_TRY try
#    define SB_DETAIL_CATCH_ALL catch (...)
#else
#    define SB_DETAIL_EXCEPTIONS 0
#    define SB_DETAIL_TRY if (true)
#    define SB_DETAIL_CATCH_ALL else
#endif

// Nothing of an operating system is asked for, not even to print a sentence or to tell threads apart.
// By default where the compiler is told so (-ffreestanding).
#if !defined(SB_FREESTANDING)
#    if defined(__STDC_HOSTED__) && !__STDC_HOSTED__
#        define SB_FREESTANDING 1
#    else
#        define SB_FREESTANDING 0
#    endif
#endif
#if SB_FREESTANDING
#    define SB_DETAIL_HOSTED 0
#    define SB_DETAIL_THREAD_LOCAL
#else
#    define SB_DETAIL_HOSTED 1
#    define SB_DETAIL_THREAD_LOCAL thread_local
#endif

// The namespace within `switchback` that names the version, and what was chosen: files that chose
// otherwise do not link with each other's contexts, instead of taking them for their own.
#if SB_DETAIL_EXCEPTIONS
#    define SB_DETAIL_ABI_EXCEPTIONS
#else
#    define SB_DETAIL_ABI_EXCEPTIONS _no_exceptions
#endif
#if SB_PATH_BITS == 64
#    define SB_DETAIL_ABI_PATH
#else
#    define SB_DETAIL_ABI_PATH _path32
#endif
#if SB_DETAIL_HOSTED
#    define SB_DETAIL_ABI_HOST
#else
#    define SB_DETAIL_ABI_HOST _freestanding
#endif
#if SB_DETAIL_ASAN // which memory is kept for the next frame
#    define SB_DETAIL_ABI_MEMORY _asan
#else
#    define SB_DETAIL_ABI_MEMORY
#endif
#define SB_DETAIL_ABI_(version, exceptions, path, host, memory) version##exceptions##path##host##memory
#define SB_DETAIL_ABI_NAME(version, exceptions, path, host, memory) \
    SB_DETAIL_ABI_(version, exceptions, path, host, memory)
#define SB_DETAIL_ABI \
    SB_DETAIL_ABI_NAME(v0, SB_DETAIL_ABI_EXCEPTIONS, SB_DETAIL_ABI_PATH, SB_DETAIL_ABI_HOST, SB_DETAIL_ABI_MEMORY)

// Checks that cost something at each step (is this the scheduler's thread?) run in debug builds, or
// where the program asks for them.
#if !defined(SB_DEBUG_CHECKS)
#    if defined(NDEBUG)
#        define SB_DEBUG_CHECKS 0
#    else
#        define SB_DEBUG_CHECKS 1
#    endif
#endif
