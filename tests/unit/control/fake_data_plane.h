/// A data plane that moves nothing: it remembers what it was told, and refuses what a test tells it to refuse.
#pragma once

#include <optional>
#include <vector>

#include "nvgre/datapath/data_plane.h"

namespace nvgre::test {

/// What a test sees of the plane, also when a service owns it.
struct FakeDataPlaneState {
  std::vector<overlay::PolicyDescription> policies;
  std::vector<offload::ActiveOffloads> offloads;
  std::vector<datapath::Steering> steerings;
  unsigned worker_count = 1;
  std::optional<Error> refusal;  ///< Of the next policies.
  datapath::Report report;
};

class FakeDataPlane final : public datapath::DataPlane {
 public:
  explicit FakeDataPlane(FakeDataPlaneState& state) : state_(state) {}

  Result<void> apply(const overlay::PolicyDescription& description) override {
    if (state_.refusal) return std::unexpected(*state_.refusal);
    state_.policies.push_back(description);
    return {};
  }
  void apply(const offload::ActiveOffloads& offloads) override { state_.offloads.push_back(offloads); }
  void steer(const datapath::Steering& steering) override { state_.steerings.push_back(steering); }
  unsigned worker_count() const noexcept override { return state_.worker_count; }
  datapath::Report report() const override { return state_.report; }

 private:
  FakeDataPlaneState& state_;
};

}  // namespace nvgre::test
