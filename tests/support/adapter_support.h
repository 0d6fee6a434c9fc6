/// What the adapter's tests share.
#pragma once

#include <initializer_list>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"

namespace nvgre::test {

inline constexpr offload::OffloadParameters kNvgreOn{.encapsulated = offload::SwitchSetting::kOn,
                                                     .encapsulation_types = offload::kEncapsulationTypeGre};
inline constexpr offload::OffloadParameters kNvgreOff{.encapsulated = offload::SwitchSetting::kOff};
inline constexpr offload::OffloadEncapsulation kEthernetOn{.v4 = offload::VersionEncapsulation::ethernet(),
                                                           .v6 = offload::VersionEncapsulation::ethernet()};
inline constexpr offload::OffloadEncapsulation kEthernetOff{.v4 = offload::VersionEncapsulation::off(),
                                                            .v6 = offload::VersionEncapsulation::off()};

/// A store in which these keywords were given.
inline offload::Keywords keywords_of(std::initializer_list<offload::KeywordSetting> settings) {
  offload::Keywords keywords;
  for (const auto& setting : settings) EXPECT_TRUE(keywords.set(setting.name, setting.value)) << setting.name;
  return keywords;
}

/// A live change.
inline Result<void> set(offload::Adapter& adapter, std::initializer_list<offload::KeywordSetting> settings) {
  return adapter.set_keywords(std::vector<offload::KeywordSetting>(settings));
}

/// What a subscriber heard.
class Recorder {
 public:
  explicit Recorder(offload::Adapter& adapter) {
    adapter.subscribe([this](const offload::AdapterEvent& event) { events.push_back(event); });
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  std::vector<offload::AdapterEvent> events;
};

}  // namespace nvgre::test
