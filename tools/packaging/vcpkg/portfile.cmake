# An overlay port: it builds the sources that it lies in.
#
#     vcpkg install switchback --overlay-ports=tools/packaging/vcpkg
#
# In vcpkg's own registry it would fetch a release, by vcpkg_from_github() or its like; the SHA512 that this
# asks for is known once that release's archive is.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

vcpkg_check_linkage(ONLY_STATIC_LIBRARY)

vcpkg_configure_meson(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -Dauto_features=disabled
)
vcpkg_install_meson()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/switchback)
vcpkg_fixup_pkgconfig()

# What Meson has installed knows of one library; here there are two.
file(APPEND "${CURRENT_PACKAGES_DIR}/share/${PORT}/switchback-config.cmake" [[

# Debug builds take the debug library.
if(TARGET switchback::switchback)
  get_target_property(_switchback_library switchback::switchback IMPORTED_LOCATION)
  get_filename_component(_switchback_library "${_switchback_library}" NAME)
  get_filename_component(_switchback_library "../../debug/lib/${_switchback_library}" ABSOLUTE
    BASE_DIR "${CMAKE_CURRENT_LIST_DIR}")
  if(EXISTS "${_switchback_library}")
    set_property(TARGET switchback::switchback PROPERTY IMPORTED_LOCATION_DEBUG "${_switchback_library}")
  endif()
  unset(_switchback_library)
endif()
]])

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
