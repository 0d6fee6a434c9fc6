/// A program of somebody else: it finds the virtual subnet of one NVGRE frame with the installed library.
#include <array>
#include <cstdio>

#include <nvgre/wire/locate.h>

int main() {
  std::array<std::uint8_t, 56> frame{};                                // outer Ethernet, IPv4, GRE, inner Ethernet
  frame[12] = 0x08, frame[14] = 0x45, frame[17] = 42, frame[23] = 47;  // IPv4, 42 bytes, its payload is GRE
  frame[34] = 0x20, frame[36] = 0x65, frame[37] = 0x58;                // key present, an Ethernet frame inside
  frame[39] = 0x13, frame[40] = 0x89, frame[41] = 7;                   // the key: VSID 5001 = 0x001389, FlowID 7
  const nvgre::wire::HeaderMap map = nvgre::wire::locate(frame);
  if (!map.gre.vsid()) return 1;
  std::printf("VSID %u, FlowID %u, inner frame at byte %u\n", map.gre.vsid()->value(),
              static_cast<unsigned>(*map.gre.flow_id()), map.inner_link.offset);
}
