/// The adapter as a driver of NDIS sees it: OID requests over byte buffers, status indications with theirs.
///
///     client --- OID request ---> Miniport ---> offload::Adapter's functions
///            <-- completion ---            <--- AdapterEvent
///            <-- status indication
///
/// All state is the adapter's but for two things: who is bound, and which requests are pending. What NDIS answers for a
/// driver from its cache and what the driver itself answers looks the same from here.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <variant>
#include <vector>

#include "nvgre/ndis/oid.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::ndis {

using offload::ClientId;

/// NDIS_STATUS_INDICATION: goes to every client.
struct StatusIndication {
  NDIS_STATUS code = 0;              ///< NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG and the like.
  std::vector<std::uint8_t> buffer;  ///< StatusBuffer.
  friend bool operator==(const StatusIndication&, const StatusIndication&) = default;
};

/// A request that was pending has ended.
struct RequestCompletion {
  ClientId client{};
  NDIS_OID oid = 0;
  OidCompletion completion;  ///< Its ticket is that of the pending completion.
  friend bool operator==(const RequestCompletion&, const RequestCompletion&) = default;
};

/// In the order in which it happened: a status that a request causes comes before the request ends (STATE-11,
/// STATE-26).
using MiniportEvent = std::variant<StatusIndication, RequestCompletion>;

/// Whose queues an enumeration shows (VMQ-32).
enum class ClientRole : std::uint8_t {
  kProtocol,       ///< Its own.
  kAdministrator,  ///< Everybody's.
};

/// What a miniport hands over when it is initialized: NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES and what it points to.
struct OffloadAttributes {
  std::vector<std::uint8_t> default_configuration;  ///< NDIS_OFFLOAD: the current configuration.
  std::vector<std::uint8_t> hardware_capabilities;  ///< NDIS_OFFLOAD: the hardware set.
  /// Points into this object.
  [[nodiscard]] NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES structure() const noexcept;
};

/// @note  One caller at a time, as NDIS calls a miniport: requests are serialized by whoever makes them (STATE-25).
///        A listener may make queries.
class Miniport {
 public:
  using Listener = std::function<void(const MiniportEvent& event)>;

  /// @param adapter  Outlives the miniport. Initializing again (STATE-22) is a new adapter from its keywords() and a
  /// new
  ///                 miniport on it.
  explicit Miniport(offload::Adapter& adapter, NdisVersion version = {});
  Miniport(const Miniport&) = delete;
  Miniport& operator=(const Miniport&) = delete;
  ~Miniport();

  [[nodiscard]] NdisVersion version() const noexcept { return version_; }
  [[nodiscard]] OffloadAttributes offload_attributes() const;

  // Clients. Only those that are bound may ask.
  [[nodiscard]] ClientId bind(ClientRole role = ClientRole::kProtocol);
  /// Ends a binding. Queues and filters that were left behind are freed (VMQ-36), pending requests are forgotten.
  /// @return  What was left behind, for the log.
  offload::ReceiveQueues::Leftovers close(ClientId client);
  [[nodiscard]] bool is_bound(ClientId client) const noexcept { return clients_.contains(client); }
  /// Whether this client's sends may ask for offloads: not after its OID_OFFLOAD_ENCAPSULATION failed (STATE-15), and
  /// not while the host forbids it (KEY-32).
  [[nodiscard]] bool may_offload(ClientId client) const noexcept;

  /// Does what is asked, or nothing at all: a request that is refused changes neither state nor buffer.
  OidCompletion request(ClientId client, const OidRequest& request);
  /// One listener, told everything in order; nullptr: none.
  void listen(Listener listener) { listener_ = std::move(listener); }

 private:
  struct Client {
    ClientRole role = ClientRole::kProtocol;
    bool offloads_refused = false;
  };
  struct PendingFree {
    ClientId client{};
    OidCompletion completion;
  };

  void hear(const offload::AdapterEvent& event);
  void complete_free(offload::QueueId queue);
  void tell(const MiniportEvent& event) const;

  offload::Adapter& adapter_;
  NdisVersion version_;
  std::uint64_t subscription_;
  Listener listener_;
  std::map<ClientId, Client> clients_;
  std::map<offload::QueueId, PendingFree> pending_frees_;
  std::uint32_t next_client_ = 1;
  std::uint64_t next_ticket_ = 1;
};

}  // namespace nvgre::ndis
