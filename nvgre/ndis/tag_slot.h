/// Internal to sending and receiving: the 802.1Q slot, which means the same on both ways.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/ndis/packet_slots.h"

namespace nvgre::ndis {

// A tag on the wire: priority, DEI (formerly the canonical format), VLAN ID (IEEE 802.1Q).
inline constexpr unsigned kTagPriorityShift = 13;
inline constexpr unsigned kTagFormatShift = 12;
inline constexpr ULONG kTagVlanMask = 0x0FFF;

/// The tag as it stands on the wire; nothing if the slot is absent, as a tag of 0 is.
[[nodiscard]] inline std::optional<std::uint16_t> read_tag(const PacketSlots& slots) noexcept {
  using Tag = NDIS_NET_BUFFER_LIST_8021Q_INFO;
  if (!slots.has(Slot::kIeee8021Q)) return std::nullopt;
  return static_cast<std::uint16_t>(slots.get(Slot::kIeee8021Q, Tag::UserPriority) << kTagPriorityShift |
                                    slots.get(Slot::kIeee8021Q, Tag::CanonicalFormatId) << kTagFormatShift |
                                    slots.get(Slot::kIeee8021Q, Tag::VlanId));
}

inline void write_tag(std::optional<std::uint16_t> tag_control, PacketSlots& slots) noexcept {
  using Tag = NDIS_NET_BUFFER_LIST_8021Q_INFO;
  const ULONG tag = tag_control.value_or(0);
  slots[Slot::kIeee8021Q] = Tag::UserPriority.place(tag >> kTagPriorityShift) |
                            Tag::CanonicalFormatId.place(tag >> kTagFormatShift) |
                            Tag::VlanId.place(tag & kTagVlanMask);
}

}  // namespace nvgre::ndis
