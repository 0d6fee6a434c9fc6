#include "nvgre/wire/udp.h"

#include "nvgre/wire/text.h"

namespace nvgre::wire {

std::string describe(const UdpView& view) {
  return "udp " + std::to_string(view.source_port()) + " > " + std::to_string(view.destination_port()) + " length " +
         std::to_string(view.length()) + " checksum 0x" + hexadecimal(view.checksum(), 4);
}

}  // namespace nvgre::wire
