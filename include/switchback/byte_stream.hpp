// What bytes come and go through: one end of a connection, whatever that is made of.
//
//     template <class Stream>
//     struct echo {
//         Stream stream;
//         char buffer[512] = {};
//         std::size_t size = 0;
//         sb::step operator()(sb::returns<void>& co) {
//             SB_BEGIN(co);
//             for (;;) {
//                 SB_AWAIT_INTO(size, stream.read(buffer, sizeof buffer));
//                 if (size == 0) break;
//                 SB_AWAIT(stream.write(buffer, size));
//             }
//             stream.end_writing();
//             SB_END();
//         }
//     };
//
// A byte stream has
//
//     stream.read(void* into, std::size_t size)             awaited: how many bytes have come, at least one and at the
//                                                           most `size`; 0 where no more will come
//     stream.write(void const* from, std::size_t size)      awaited: all of them are written. Waits while there is no
//                                                           room for them
//     stream.end_writing()                                  the other side reads the end behind what was written; this
//                                                           one may still read
//     stream.close()                                        gives up both directions, at once; the destructor does so
//
// How many bytes a read gives says nothing of how they were written: a message may come in pieces, and two at once.
// The memory belongs to the caller, and has to live until the await is over: a member of the frame.
// One task may read and another one write; a second one that reads, or writes, is told misuse. What is cancelled has
// read nothing, and has written an unknown part.
//
// What fails throws std::system_error, whose code() compares equal to
//     std::errc::connection_reset        the connection is lost
//     std::errc::broken_pipe             written, where the other side has closed, or behind end_writing()
//     std::errc::bad_file_descriptor     this stream was closed
#pragma once

#include <switchback/detail/await.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace switchback {
inline namespace SB_DETAIL_ABI {

namespace detail {

template <class S, class = void>
struct byte_stream_like : std::false_type {};
template <class S>
struct byte_stream_like<S,
    std::void_t<decltype(std::declval<S&>().read(std::declval<void*>(), std::size_t())),
        decltype(std::declval<S&>().write(std::declval<void const*>(), std::size_t())),
        decltype(std::declval<S&>().end_writing()), decltype(std::declval<S&>().close())>>
    : std::bool_constant<
          std::is_same_v<result_of<decltype(std::declval<S&>().read(std::declval<void*>(), std::size_t()))>,
              std::size_t> &&
          std::is_void_v<
              result_of<decltype(std::declval<S&>().write(std::declval<void const*>(), std::size_t()))>>> {};

} // namespace detail

// Whether S has these members.
template <class S>
inline constexpr bool is_byte_stream = detail::byte_stream_like<S>::value;

} // namespace SB_DETAIL_ABI
} // namespace switchback
