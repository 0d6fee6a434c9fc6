/// locate() and the views on arbitrary bytes. Every input lies in a block of exactly its size, so that the address
/// sanitizer notices a read outside it.
#include "nvgre/wire/locate.h"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "frame_shape.h"
#include "tests/support/exact_copy.h"
#include "tests/support/header_promises.h"

namespace nvgre::wire {
namespace {

using property::build;
using property::FrameShape;
using test::broken_promise;
using test::ExactCopy;
using test::read_everything;

void check_promises(Bytes bytes, const LocateOptions& options) {
  const HeaderMap map = locate(bytes, options);
  const std::size_t frame_size = options.frame_size == 0 ? bytes.size() : options.frame_size;
  const auto broken = broken_promise(map, std::min(bytes.size(), frame_size), frame_size);
  RC_ASSERT(broken == "");
}

RC_GTEST_PROP(LocateProperty, LOC_20_keeps_its_promises_on_arbitrary_bytes, (const std::vector<std::uint8_t>& input)) {
  const ExactCopy frame(input);
  check_promises(frame.bytes(), {});
  check_promises(frame.bytes(), {.ignore_lengths = true});
  check_promises(frame.bytes(), {.frame_size = *rc::gen::inRange<std::size_t>(1, 3000)});
  read_everything(frame.bytes());
}

RC_GTEST_PROP(LocateProperty, LOC_20_keeps_its_promises_on_frames_cut_anywhere, (const FrameShape& shape)) {
  const auto frame = build(shape).build();
  for (std::size_t size = 0; size <= std::min<std::size_t>(frame.size(), 400); ++size) {
    const ExactCopy cut(Bytes(frame).first(size));
    check_promises(cut.bytes(), {});
    check_promises(cut.bytes(), {.frame_size = frame.size()});
  }
}

RC_GTEST_PROP(LocateProperty, finds_every_header_that_was_built, (const FrameShape& shape)) {
  RC_PRE(shape.is_encapsulated || shape.carried != 3);  // that would be a tunnel too
  const ExactCopy frame(build(shape).build());
  const HeaderMap map = locate(frame.bytes(), {.max_header_size = 1024});
  RC_ASSERT(broken_promise(map, frame.bytes().size(), frame.bytes().size()) == "");
  const bool follows = shape.is_encapsulated && !shape.outer_fragment;
  RC_ASSERT(static_cast<bool>(map.gre) == follows);
  if (shape.is_encapsulated && (shape.outer_fragment || shape.has_no_key)) {
    RC_ASSERT(!map.inner_link);
    return;
  }
  RC_ASSERT(map.inner_link.tag_count == shape.inner_tags);
  const bool stops_at_tag = follows && shape.inner_tags > 0;
  RC_ASSERT(static_cast<bool>(map.inner_ip) == (!stops_at_tag && shape.carried != 4));
  RC_ASSERT(static_cast<bool>(map.transport) == (map.inner_ip && shape.carried < 2 && !shape.inner_fragment));
  if (map.transport) RC_ASSERT(map.transport.payload_end - map.transport.end() == shape.payload_size);
}

RC_GTEST_PROP(LocateProperty, LOC_17_needs_only_the_bytes_of_the_headers, (const FrameShape& shape)) {
  const auto frame = build(shape).build();
  const HeaderMap whole = locate(frame);
  const ExactCopy head(Bytes(frame).first(std::max(whole.headers_end(), 1U)));
  const HeaderMap map = locate(head.bytes(), {.frame_size = frame.size()});
  RC_ASSERT(map.encapsulation == whole.encapsulation);
  RC_ASSERT(map.problem == whole.problem);
  RC_ASSERT(map.headers_end() == whole.headers_end());
  RC_ASSERT(map.transport.payload_end == whole.transport.payload_end);
}

/// How many inputs the next test tries; a longer run is asked for through the environment.
std::size_t mutation_count() {
  const char* text = std::getenv("NVGRE_MUTATIONS");
  return text == nullptr ? 200'000 : static_cast<std::size_t>(std::atoll(text));
}

TEST(LocateProperty, LOC_20_keeps_its_promises_on_mutated_frames) {
  std::mt19937_64 random(20);
  const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
  const std::size_t count = mutation_count();
  for (std::size_t done = 0; done < count;) {
    const FrameShape shape{.outer_tags = static_cast<std::uint8_t>(pick(3)),
                           .is_encapsulated = pick(4) != 0,
                           .outer_v6 = pick(2) != 0,
                           .outer_extra = static_cast<std::uint8_t>(pick(6)),
                           .inner_v6 = pick(2) != 0,
                           .inner_extra = static_cast<std::uint8_t>(pick(6)),
                           .carried = static_cast<std::uint8_t>(pick(5)),
                           .tcp_options = static_cast<std::uint8_t>(pick(11)),
                           .payload_size = static_cast<std::uint16_t>(pick(64))};
    const auto frame = build(shape).build();
    for (int i = 0; i < 100; ++i, ++done) {
      ExactCopy mutant(Bytes(frame).first(frame.size() - pick(2) * pick(frame.size())));
      for (std::size_t changes = pick(6); changes > 0 && !mutant.bytes().empty(); --changes)
        mutant.mutable_bytes()[pick(mutant.bytes().size())] = static_cast<std::uint8_t>(random());
      const HeaderMap map = locate(mutant.bytes());
      ASSERT_EQ(broken_promise(map, mutant.bytes().size(), mutant.bytes().size()), "") << shape;
      if (i == 0) read_everything(mutant.bytes());
    }
  }
}

}  // namespace
}  // namespace nvgre::wire
