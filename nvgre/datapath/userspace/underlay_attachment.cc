#include "nvgre/datapath/userspace/underlay_attachment.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "nvgre/datapath/userspace/claim.h"
#include "nvgre/datapath/userspace/packet_filter.h"

namespace nvgre::datapath::userspace {
namespace {

Result<std::shared_ptr<const UnderlaySockets>> open_sockets(const Link& link, unsigned worker_count,
                                                            int steering_program) {
  auto sockets = open_group(
      {.device = link.name, .interface_index = link.index, .filter = underlay_filter(), .ring_packet_size = link.mtu},
      worker_count, steering_program);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  return std::make_shared<const UnderlaySockets>(std::move(*sockets));
}

}  // namespace

Result<UnderlayAttachment::Prepared> UnderlayAttachment::prepare(const overlay::ProviderDescription& provider,
                                                                 const Link& link) const {
  Prepared prepared;
  for (const auto& address : provider.addresses) {
    if (claims_.contains(address)) continue;
    auto claimed = claim("Provider Address", address.to_string());
    if (!claimed) return std::unexpected(std::move(claimed.error()));
    prepared.claims.emplace(address, std::move(*claimed));
  }
  if (sockets_ && link_ && link_->index == link.index) {
    prepared.sockets = sockets_;
    return prepared;
  }
  auto sockets = open_sockets(link, worker_count_, steering_program_);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  prepared.sockets = std::move(*sockets);
  return prepared;
}

Result<void> UnderlayAttachment::commit(Prepared prepared, const overlay::Policy& policy, const Link& link) {
  const auto& provider = policy.provider();
  if (auto guarded = guard_.guard_underlay(provider.interface, provider.addresses); !guarded) return guarded;
  if (auto joined = groups_.set(link.index, policy.groups()); !joined) {
    guard_as_before();
    return joined;
  }
  claims_.merge(prepared.claims);
  std::erase_if(claims_, [&](const auto& entry) {
    return std::ranges::find(provider.addresses, entry.first) == provider.addresses.end();
  });
  sockets_ = std::move(prepared.sockets);
  interface_ = provider.interface;
  link_ = link;
  is_complete_ = true;
  usability_.update(link.is_up);
  return {};
}

void UnderlayAttachment::guard_as_before() {
  if (claims_.empty()) return;
  std::vector<wire::ProviderAddress> addresses;
  addresses.reserve(claims_.size());
  for (const auto& [address, claim] : claims_) addresses.push_back(address);
  if (auto guarded = guard_.guard_underlay(interface_, addresses); !guarded)
    spdlog::warn("guard interface={} reason=\"{}\"", interface_, guarded.error().message);
}

bool UnderlayAttachment::follow(const std::optional<Link>& link, const overlay::Policy& policy) {
  const auto before = std::exchange(link_, link);
  const auto sockets_before = sockets_;
  if (before && (!link || link->index != before->index)) {
    sockets_.reset();
    usability_.update(false);
    spdlog::warn("underlay interface={} state=gone", interface_);
  }
  if (link && (!sockets_ || !is_complete_)) attach_again(*link, policy);
  if (usability_.update(sockets_ && link && link->is_up))
    spdlog::warn("underlay interface={} state={}", interface_, link && link->is_up ? "up" : "down");
  return sockets_ != sockets_before;
}

void UnderlayAttachment::attach_again(const Link& link, const overlay::Policy& policy) {
  if (!sockets_) open_again(link);
  if (sockets_) is_complete_ = complete(link, policy);
}

void UnderlayAttachment::open_again(const Link& link) {
  auto sockets = open_sockets(link, worker_count_, steering_program_);
  if (!sockets) {
    spdlog::warn("underlay interface={} state=detached reason=\"{}\"", interface_, sockets.error().message);
    return;
  }
  sockets_ = std::move(*sockets);
  spdlog::info("underlay interface={} state=attached", interface_);
}

bool UnderlayAttachment::complete(const Link& link, const overlay::Policy& policy) {
  const auto& provider = policy.provider();
  const auto guarded = guard_.guard_underlay(provider.interface, provider.addresses);
  if (!guarded) spdlog::warn("guard interface={} reason=\"{}\"", interface_, guarded.error().message);
  const auto joined = groups_.set(link.index, policy.groups());
  if (!joined) spdlog::warn("groups interface={} reason=\"{}\"", interface_, joined.error().message);
  return guarded && joined;
}

UnderlayStatus UnderlayAttachment::status() const {
  return {.interface = interface_,
          .is_attached = sockets_ != nullptr,
          .is_up = link_ && link_->is_up,
          .mtu = link_ ? link_->mtu : 0,
          .attach_count = usability_.attach_count(),
          .loss_count = usability_.loss_count()};
}

}  // namespace nvgre::datapath::userspace
