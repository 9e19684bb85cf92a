# How code that runs in the image is compiled: unikernel/, the image flavour of runtime/, the generated policy.
# Link a library to `image_flags` to give it this flavour; never link it to `naclc_host`.
#
# SSE2 stays on: it is part of every x86-64, lets the compiler move 16 bytes at once, and classification by
# vector compares needs it. It costs nothing here, because interrupts are taken only in the idle loop, and their
# handler (vectors.S) touches no vector register that would have to be saved. MMX and x87 are never used.
set(image_options
  -ffreestanding -O2 -g -mno-red-zone -mcmodel=small -fno-pic -fno-pie -mno-mmx -mno-80387
  -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fcf-protection=none)
set(image_cxx_options
  -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit
  -fstack-protector-strong -mstack-protector-guard=global)

add_library(image_flags INTERFACE)
target_link_libraries(image_flags INTERFACE naclc_warnings)
target_include_directories(image_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(image_flags INTERFACE ${image_options} -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  "$<$<COMPILE_LANGUAGE:CXX>:${image_cxx_options}>")
