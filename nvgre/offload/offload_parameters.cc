#include "nvgre/offload/offload_parameters.h"

#include <string>

#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/parameter_table.h"
#include "nvgre/wire/ethernet.h"

namespace nvgre::offload {

namespace {

template <typename Setting>
unsigned number(Setting setting) noexcept {
  return static_cast<unsigned>(setting);
}

std::unexpected<Error> refuse(std::string_view member, unsigned value, std::string_view accepted) {
  return failure(ErrorCode::kInvalid,
                 std::string(member) + " = " + std::to_string(value) + " is not accepted; " + std::string(accepted));
}

Result<void> check(const ChecksumMember& member, const OffloadParameters& parameters, const TaskSet& hardware) {
  const auto setting = parameters.*member.setting;
  if (setting > ChecksumSetting::kBoth)
    return refuse(member.name, number(setting), "accepted: 0 no change, 1 off, 2 transmit, 3 receive, 4 both");
  if ((transmits(setting) && !member.of(hardware.transmit_checksum)) ||
      (receives(setting) && !member.of(hardware.receive_checksum)))
    return refuse(member.name, number(setting), "the hardware has no such checksum");
  return {};
}

Result<void> check(const TaskMember& member, const OffloadParameters& parameters, const TaskSet& hardware) {
  const auto setting = parameters.*member.setting;
  if (setting > TaskSetting::kOn) return refuse(member.name, number(setting), "accepted: 0 no change, 1 off, 2 on");
  if (setting == TaskSetting::kOn && !member.of(hardware))
    return refuse(member.name, number(setting), "the hardware has no such offload");
  return {};
}

Result<void> check_encapsulated(const OffloadParameters& parameters, const OffloadSet& hardware) {
  const auto setting = parameters.encapsulated;
  const auto types = parameters.encapsulation_types;
  if (setting > SwitchSetting::kOff)
    return refuse("EncapsulatedPacketTaskOffload", number(setting), "accepted: 0 no change, 1 on, 2 off");
  if (setting != SwitchSetting::kOn && types != 0)
    return refuse("EncapsulationTypes", types, "it must be 0 unless the offload is turned on");
  if (setting == SwitchSetting::kOn && types != kEncapsulationTypeGre)
    return refuse("EncapsulationTypes", types, "accepted: 1 NVGRE");
  if (setting == SwitchSetting::kOn && hardware.encapsulated == EncapsulatedTasks{})
    return refuse("EncapsulatedPacketTaskOffload", number(setting), "the hardware has no offload for NVGRE");
  return {};
}

constexpr std::uint32_t kEthernetSize = wire::EthernetView::kSize;
constexpr std::uint32_t kTaggedEthernetSize = kEthernetSize + wire::EthernetView::kTagSize;

Result<void> check(std::string_view version, const VersionEncapsulation& encapsulation) {
  const auto member = [&](std::string_view name) { return std::string(version) + "." + std::string(name); };
  if (encapsulation.enabled > SwitchSetting::kOff)
    return refuse(member("Enabled"), number(encapsulation.enabled), "accepted: 0 no change, 1 on, 2 off");
  if (encapsulation.enabled == SwitchSetting::kOn) {
    if (encapsulation.type != VersionEncapsulation::kIeee8023)
      return refuse(member("EncapsulationType"), encapsulation.type, "accepted: 2 IEEE 802.3");
    if (encapsulation.header_size != kEthernetSize && encapsulation.header_size != kTaggedEthernetSize)
      return refuse(member("HeaderSize"), encapsulation.header_size, "accepted: 14, or 18 with a tag");
    return {};
  }
  if (encapsulation.type != VersionEncapsulation::kNone)
    return refuse(member("EncapsulationType"), encapsulation.type, "it must be 0 unless Enabled is 1");
  if (encapsulation.header_size != 0)
    return refuse(member("HeaderSize"), encapsulation.header_size, "it must be 0 unless Enabled is 1");
  return {};
}

Result<void> refuse_without_tasks(const Capabilities& capabilities) {
  if (!capabilities.empty()) return {};
  return failure(ErrorCode::kInvalid, "this adapter has no task offload");
}

}  // namespace

Result<void> validate(const OffloadParameters& parameters, const Capabilities& capabilities) {
  if (auto done = refuse_without_tasks(capabilities); !done) return done;
  const auto& hardware = capabilities.hardware();
  for (const auto& member : kChecksumMembers)
    if (auto done = check(member, parameters, hardware.tasks); !done) return done;
  for (const auto& member : kTaskMembers)
    if (auto done = check(member, parameters, hardware.tasks); !done) return done;
  return check_encapsulated(parameters, hardware);
}

Result<void> validate(const OffloadEncapsulation& encapsulation, const Capabilities& capabilities) {
  if (auto done = refuse_without_tasks(capabilities); !done) return done;
  if (auto done = check("IPv4", encapsulation.v4); !done) return done;
  return check("IPv6", encapsulation.v6);
}

}  // namespace nvgre::offload
