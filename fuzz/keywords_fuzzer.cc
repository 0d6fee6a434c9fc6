// Keywords as somebody wrote them, one NAME=VALUE a line: a strict set is all or nothing, a lenient one always ends in
// values that are accepted, and an adapter can be made of whatever came out.
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/target.h"
#include "nvgre/offload/adapter.h"
#include "nvgre/offload/keywords.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using offload::Keywords;
using offload::KeywordSetting;

std::vector<KeywordSetting> settings_of(std::string_view text) {
  std::vector<KeywordSetting> settings;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto sign = std::min(line.find('='), line.size());
    settings.push_back({std::string(line.substr(0, sign)), std::string(line.substr(std::min(line.size(), sign + 1)))});
  }
  return settings;
}

void judge(const Keywords& keywords) {
  for (const auto& row : offload::keyword_table()) {
    const auto value = keywords.value(row.keyword);
    fuzz::require(value >= row.minimum && value <= keywords.maximum(row.keyword), "a value is one that is accepted");
    fuzz::require(!keywords.accepted_values(row.keyword).empty(), "what is accepted can be said");
  }
  for (const auto& notice : keywords.notices()) fuzz::require(!notice.empty(), "a notice says something");
  const offload::Adapter adapter(offload::Capabilities(), keywords);
  fuzz::require(adapter.keywords() == keywords, "the adapter keeps what it was given");
  fuzz::require(!adapter.keyword_statuses().empty() && !adapter.tasks().empty(), "and can say what it does");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto settings = settings_of(text);

  Keywords strict;
  const auto set = strict.set(settings);
  fuzz::require(set.has_value() || strict == Keywords(), "a refused set changes nothing");
  fuzz::require(set.has_value() || !set.error().message.empty(), "a refusal says why");
  judge(strict);

  Keywords lenient;
  for (const auto& complaint : lenient.import_leniently(settings))
    fuzz::require(!complaint.empty(), "a complaint has words");
  judge(lenient);

  offload::Adapter adapter;
  const auto before = adapter.keywords();
  const auto changed = adapter.set_keywords(settings);
  fuzz::require(changed.has_value() || adapter.keywords() == before, "a refused live change changes nothing");
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds;
  std::string all;
  for (const auto& row : offload::keyword_table()) {
    for (const auto value : {row.minimum, row.maximum, row.default_value}) {
      const auto line = std::string(row.name) + "=" + std::to_string(value) + "\n";
      seeds.emplace_back(line.begin(), line.end());
    }
    all += "*" + std::string(row.name) + "=" + std::to_string(row.minimum) + "\n";
  }
  seeds.emplace_back(all.begin(), all.end());
  for (const std::string_view text : {"LsoV2IPv4=true\nlsov2ipv4=0", "NoSuch=1", "JumboPacket= 0x600", "=", "RSS=-1"})
    seeds.emplace_back(text.begin(), text.end());
  return seeds;
}
