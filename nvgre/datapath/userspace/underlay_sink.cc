#include "nvgre/datapath/userspace/underlay_sink.h"

#include <utility>

namespace nvgre::datapath::userspace {

bool UnderlaySink::emit(const offload::OutgoingPacket& packet) {
  if (socket_ < 0) {
    ++losses_.down;
    return false;
  }
  // Everything is finished: there is nothing to say of what leaves.
  constexpr offload::FrameMetadata kFinished;
  if (!batch_.add(kFinished, packet.headers, packet.payload)) {
    flush();
    if (!batch_.add(kFinished, packet.headers, packet.payload)) return false;
  }
  if (batch_.must_flush()) flush();
  return true;
}

void UnderlaySink::flush() noexcept {
  losses_ += batch_.flush(socket_);
}

SendLosses UnderlaySink::finish() noexcept {
  if (!batch_.is_empty()) flush();
  return std::exchange(losses_, SendLosses{});
}

}  // namespace nvgre::datapath::userspace
