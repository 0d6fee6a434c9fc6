#include "nvgre/wire/ethernet.h"

#include "nvgre/wire/text.h"

namespace nvgre::wire {

std::string describe(const EthernetView& view) {
  std::string text = view.source().to_string() + " > " + view.destination().to_string();
  for (std::size_t i = 0; i < view.tag_count(); ++i) text += " vlan " + std::to_string(view.tag(i).vlan_id());
  return text + " type 0x" + hexadecimal(static_cast<std::uint16_t>(view.ether_type()), 4);
}

}  // namespace nvgre::wire
