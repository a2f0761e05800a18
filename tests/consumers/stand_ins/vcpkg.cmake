# What vcpkg does with a port, for a machine without vcpkg: its functions by their names, with Meson run in
# earnest, and then the files put where it would install them.
#
#     cmake -DPORT_DIR=… -DROOT=… -P vcpkg.cmake

cmake_minimum_required(VERSION 3.14)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}")
  endif()
endfunction()

file(READ "${PORT_DIR}/vcpkg.json" manifest)
string(REGEX MATCH "\"name\": \"([a-z0-9-]+)\"" matched "${manifest}")
set(PORT "${CMAKE_MATCH_1}")
set(CURRENT_PORT_DIR "${PORT_DIR}")
set(CURRENT_BUILDTREES_DIR "${ROOT}/buildtrees/${PORT}")
set(CURRENT_PACKAGES_DIR "${ROOT}/packages/${PORT}")
set(CURRENT_INSTALLED_DIR "${ROOT}/installed")
set(VCPKG_LIBRARY_LINKAGE dynamic)

function(vcpkg_check_linkage)
  if(ARGN STREQUAL "ONLY_STATIC_LIBRARY")
    set(VCPKG_LIBRARY_LINKAGE static PARENT_SCOPE)
  endif()
endfunction()

function(vcpkg_configure_meson)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS;OPTIONS_RELEASE;OPTIONS_DEBUG")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCE_PATH)
    message(FATAL_ERROR "vcpkg_configure_meson: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  string(TOLOWER "${VCPKG_LIBRARY_LINKAGE}" linkage)
  if(linkage STREQUAL "dynamic")
    set(linkage shared)
  endif()
  # Release builds are not optimised here: that would take its time, and show nothing.
  run(meson setup "${CURRENT_BUILDTREES_DIR}/release" "${arg_SOURCE_PATH}" --buildtype=plain -Db_ndebug=true
    --prefix=${CURRENT_PACKAGES_DIR} --libdir=lib --includedir=include -Ddefault_library=${linkage}
    ${arg_OPTIONS} ${arg_OPTIONS_RELEASE})
  run(meson setup "${CURRENT_BUILDTREES_DIR}/debug" "${arg_SOURCE_PATH}" --buildtype=debug
    --prefix=${CURRENT_PACKAGES_DIR}/debug --libdir=lib --includedir=../include -Ddefault_library=${linkage}
    ${arg_OPTIONS} ${arg_OPTIONS_DEBUG})
endfunction()

function(vcpkg_install_meson)
  run(meson install -C "${CURRENT_BUILDTREES_DIR}/release" --quiet)
  run(meson install -C "${CURRENT_BUILDTREES_DIR}/debug" --quiet)
endfunction()

# The CMake files go to share/, two levels below the prefix; what says otherwise is changed, and paths into
# the directory of this build are lost.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "PACKAGE_NAME;CONFIG_PATH" "")
  file(GLOB files "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/*")
  if(NOT files OR NOT EXISTS "${CURRENT_PACKAGES_DIR}/debug/${arg_CONFIG_PATH}")
    message(FATAL_ERROR "${arg_CONFIG_PATH} does not exist")
  endif()
  file(COPY ${files} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/lib/cmake" "${CURRENT_PACKAGES_DIR}/debug/lib/cmake")
  file(GLOB files "${CURRENT_PACKAGES_DIR}/share/${PORT}/*.cmake")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX REPLACE "(PACKAGE_PREFIX_DIR \"[$]{CMAKE_CURRENT_LIST_DIR}/)(\\.\\./)+\"" "\\1../../\""
      text "${text}")
    string(REPLACE "${CURRENT_PACKAGES_DIR}" "\${_IMPORT_PREFIX}" text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
  file(GLOB_RECURSE files "${CURRENT_PACKAGES_DIR}/*.pc")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX REPLACE "prefix=[^\n]*" "prefix=\${pcfiledir}/../.." text "${text}")
    file(WRITE "${file}" "${text}")
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "COMMENT" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  get_filename_component(name "${arg_FILE_LIST}" NAME)
  set(share "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  file(RENAME "${share}/${name}" "${share}/copyright")
endfunction()

include("${PORT_DIR}/portfile.cmake")

# What vcpkg itself complains of, once a port is built.
set(share "share/${PORT}")
foreach(needed include lib debug/lib ${share}/copyright ${share}/usage ${share}/${PORT}-config.cmake)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/${needed}")
    message(FATAL_ERROR "there is no ${needed}")
  endif()
endforeach()
foreach(unwanted debug/include debug/share lib/cmake debug/lib/cmake)
  if(EXISTS "${CURRENT_PACKAGES_DIR}/${unwanted}")
    message(FATAL_ERROR "there should be no ${unwanted}")
  endif()
endforeach()
file(RENAME "${CURRENT_PACKAGES_DIR}" "${CURRENT_INSTALLED_DIR}")
