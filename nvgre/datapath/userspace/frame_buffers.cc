#include "nvgre/datapath/userspace/frame_buffers.h"

#include <new>

#include <sys/mman.h>

namespace nvgre::datapath::userspace {

FrameBuffers::FrameBuffers() : memory_(nullptr) {
  void* memory = ::mmap(nullptr, kMemorySize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  ::madvise(memory, kMemorySize, MADV_HUGEPAGE);  // a wish: fewer translations for the copies in and out
  memory_ = static_cast<std::uint8_t*>(memory);
}

FrameBuffers::~FrameBuffers() {
  ::munmap(memory_, kMemorySize);
}

}  // namespace nvgre::datapath::userspace
