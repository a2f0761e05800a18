// Does an exception that nobody has caught yet match a handler's type? And where is it?
#pragma once

#include <switchback/detail/config.hpp>

#include <exception>
#include <typeinfo>

namespace switchback {
inline namespace SB_DETAIL_ABI {
namespace detail {

// The address of the exception as a `T const&`, or null. It stays valid while the exception_ptr
// lives. On libstdc++ the runtime's own matching of handlers answers in some twenty instructions;
// elsewhere the exception has to be thrown once more.
template <class T>
void const* match(std::exception_ptr const& error) {
#if defined(__GLIBCXX__) && defined(__GXX_RTTI) && !defined(SB_PORTABLE_MATCH)
    // An exception_ptr of libstdc++ is the address of the exception object.
    void* object = *reinterpret_cast<void* const*>(&error);
    std::type_info const* const type = error.__cxa_exception_type();
    if (type->__is_pointer_p()) object = *static_cast<void**>(object);
    return typeid(T).__do_catch(type, &object, 1) ? object : nullptr;
#else
    try {
        std::rethrow_exception(error);
    } catch (T const& found) {
        return SB_DETAIL_ADDRESS_OF(found);
    } catch (...) {
        return nullptr;
    }
#endif
}

} // namespace detail
} // namespace SB_DETAIL_ABI
} // namespace switchback
