/// Internal to this room: what is done for each OID, one function for each kind of request. Each does all or nothing.
#pragma once

#include "nvgre/ndis/request.h"

namespace nvgre::ndis {

// offload_requests.cc
OidCompletion query_current_configuration(const Call& call);
OidCompletion query_hardware_capabilities(const Call& call);
OidCompletion set_offload_parameters(const Call& call);
OidCompletion query_encapsulation(const Call& call);
OidCompletion set_encapsulation(const Call& call);
OidCompletion query_rsc_statistics(const Call& call);

// scaling_requests.cc
OidCompletion query_scale_capabilities(const Call& call);
OidCompletion query_scale_parameters(const Call& call);
OidCompletion set_scale_parameters(const Call& call);
OidCompletion query_receive_hash(const Call& call);
OidCompletion set_receive_hash(const Call& call);

// queue_requests.cc
OidCompletion query_filter_hardware_capabilities(const Call& call);
OidCompletion query_filter_current_capabilities(const Call& call);
OidCompletion query_filter_global_parameters(const Call& call);
OidCompletion allocate_queue(const Call& call);
OidCompletion complete_queue_allocation(const Call& call);
OidCompletion query_queue_parameters(const Call& call);
OidCompletion set_queue_parameters(const Call& call);
OidCompletion query_queues(const Call& call);
OidCompletion free_queue(const Call& call);

// filter_requests.cc
OidCompletion set_filter(const Call& call);
OidCompletion clear_filter(const Call& call);
OidCompletion enumerate_filters(const Call& call);
OidCompletion query_filter_parameters(const Call& call);

}  // namespace nvgre::ndis
