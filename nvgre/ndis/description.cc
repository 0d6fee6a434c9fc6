#include "nvgre/ndis/description.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "nvgre/ndis/layout.h"
#include "nvgre/ndis/meaning.h"

namespace nvgre::ndis {
namespace {

using Buffer = std::span<const std::uint8_t>;

constexpr std::size_t kElementsShown = 128;  ///< Of an array; no OID has more.

/// Where a structure says that an array lies.
struct ArrayLayout {
  std::string_view structure;
  std::string_view offset, count, stride;  ///< Fields of it. An array of bytes has its size as the count.
  std::string_view element;                ///< Structure of an element; empty: bytes.
  std::string_view name;
};

/// Where an array lies in a buffer; the buffer may be shorter.
struct ArrayPlace {
  std::uint64_t offset = 0, count = 0, stride = 0;  ///< Each was 32 bits, so no sum of them wraps.
  [[nodiscard]] std::uint64_t end() const { return offset + count * stride; }
};

constexpr std::array kArrays = {
    ArrayLayout{"NDIS_RECEIVE_SCALE_PARAMETERS", "IndirectionTableOffset", "IndirectionTableSize", "",
                "PROCESSOR_NUMBER", "IndirectionTable"},
    ArrayLayout{"NDIS_RECEIVE_SCALE_PARAMETERS", "HashSecretKeyOffset", "HashSecretKeySize", "", "", "HashSecretKey"},
    ArrayLayout{"NDIS_RECEIVE_HASH_PARAMETERS", "HashSecretKeyOffset", "HashSecretKeySize", "", "", "HashSecretKey"},
    ArrayLayout{"NDIS_RECEIVE_FILTER_PARAMETERS", "FieldParametersArrayOffset", "FieldParametersArrayNumElements",
                "FieldParametersArrayElementSize", "NDIS_RECEIVE_FILTER_FIELD_PARAMETERS", "FieldParameters"},
    ArrayLayout{"NDIS_RECEIVE_FILTER_INFO_ARRAY", "FirstElementOffset", "NumElements", "ElementSize",
                "NDIS_RECEIVE_FILTER_INFO", ""},
    ArrayLayout{"NDIS_RECEIVE_QUEUE_INFO_ARRAY", "FirstElementOffset", "NumElements", "ElementSize",
                "NDIS_RECEIVE_QUEUE_INFO", ""},
    ArrayLayout{"NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY", "FirstElementOffset", "NumElements", "ElementSize",
                "NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS", ""},
};

std::uint64_t number_at(Buffer buffer, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | buffer[offset + i];
  return value;
}

std::string formatted(const char* format, std::uint64_t value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, static_cast<unsigned long long>(value));
  return text.data();
}

std::string bytes_text(Buffer bytes) {
  std::string out;
  for (const auto byte : bytes) out += (out.empty() ? "" : " ") + formatted("%02llx", byte);
  return out;
}

FieldLayout whole_bytes(std::size_t size) {
  FieldLayout field;
  field.size = size;
  return field;
}

/// Whether a number is a mask or a code, which people read in hexadecimal.
bool is_coded(std::string_view name, unsigned bit_count) {
  constexpr unsigned kPairingBits = 4;  // masks of inner and outer IP versions
  constexpr std::array<std::string_view, 11> kEndings = {
      "Type",   "Types",      "Flags",       "HashInformation", "Mask",        "Encapsulation",
      "Status", "Properties", "FilterTests", "Headers",         "HeaderFields"};
  return bit_count == kPairingBits ||
         std::ranges::any_of(kEndings, [&](std::string_view ending) { return name.ends_with(ending); });
}

/// A counted string of UTF-16; what is not ASCII is shown as '?'.
std::string text_at(Buffer buffer, std::size_t offset, std::size_t size) {
  constexpr std::size_t kLengthSize = 2;
  const auto length = std::min<std::size_t>(number_at(buffer, offset, kLengthSize), size - kLengthSize);
  std::string out = "\"";
  for (std::size_t i = 0; i + 1 < length; i += 2) {
    const auto unit = number_at(buffer, offset + kLengthSize + i, 2);
    out += unit >= ' ' && unit <= '~' ? static_cast<char>(unit) : '?';
  }
  return out + "\"";
}

/// Describes one buffer; fields come out in the order in which they lie.
class Describer {
 public:
  explicit Describer(Buffer buffer) : buffer_(buffer) {}

  void add(std::string_view structure, std::size_t at, const std::string& prefix, std::size_t end) {
    const auto fields = fields_of(structure);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const bool has_parts = i + 1 < fields.size() && fields[i].structure.empty() &&
                             fields[i + 1].name.starts_with(std::string(fields[i].name) + ".");
      if (!has_parts && at + fields[i].offset + fields[i].size <= end) add(structure, fields[i], at, prefix, end);
    }
  }

  void add_arrays(std::string_view structure) {
    for (const auto& array : kArrays)
      if (array.structure == structure) add(array);
  }

  /// What is wrong with where the structure's arrays lie.
  [[nodiscard]] std::vector<std::string> misfits(std::string_view structure) const {
    std::vector<std::string> found;
    for (const auto& array : kArrays) {
      if (array.structure != structure) continue;
      const auto place = place_of(array);
      const std::string name(array.name.empty() ? "array" : array.name);
      if (place && place->stride == 0)
        found.push_back(name + " has elements of 0 bytes");
      else if (place && place->end() > buffer_.size())
        found.push_back(name + " ends at " + std::to_string(place->end()));
    }
    return found;
  }

  [[nodiscard]] std::vector<DescribedField> take() { return std::move(described_); }

 private:
  void add(std::string_view structure, const FieldLayout& field, std::size_t at, const std::string& prefix,
           std::size_t end) {
    constexpr std::size_t kLargestNumber = 8;
    const std::string name = prefix + std::string(field.name);
    const std::size_t offset = at + field.offset;
    if (field.structure == "NDIS_IF_COUNTED_STRING")
      described_.push_back(make(name, offset, field, text_at(buffer_, offset, field.size), ""));
    else if (!field.structure.empty())
      add(field.structure, offset, name + ".", end);
    else if (field.size > kLargestNumber || field.size == 6)
      described_.push_back(make(name, offset, field, bytes_text(buffer_.subspan(offset, field.size)), ""));
    else
      add_number(structure, field, name, offset);
  }

  void add_number(std::string_view structure, const FieldLayout& field, const std::string& name, std::size_t offset) {
    auto value = number_at(buffer_, offset, field.size);
    if (field.bits.width != 0) value = field.bits.of(static_cast<ULONG>(value));
    const auto text = formatted(is_coded(name, field.bits.width) ? "0x%llx" : "%llu", value);
    const auto meaning = structure == "NDIS_OBJECT_HEADER"
                             ? meaning_of(structure, "Header." + std::string(field.name), value)
                             : meaning_of(structure, field.name, value);
    described_.push_back(make(name, offset, field, text, meaning));
  }

  static DescribedField make(const std::string& name, std::size_t offset, const FieldLayout& field, std::string value,
                             std::string meaning) {
    return {.name = name,
            .offset = offset,
            .size = field.size,
            .first_bit = field.bits.first,
            .bit_count = field.bits.width,
            .value = std::move(value),
            .meaning = std::move(meaning)};
  }

  /// A field of the structure at the buffer's start; nothing if the buffer ends before.
  [[nodiscard]] std::optional<std::size_t> own_number(std::string_view structure, std::string_view name) const {
    for (const auto& field : fields_of(structure))
      if (field.name == name && field.offset + field.size <= buffer_.size())
        return number_at(buffer_, field.offset, field.size);
    return std::nullopt;
  }

  void add(const ArrayLayout& array) {
    const auto place = place_of(array);
    if (!place || place->stride == 0) return;
    if (array.element.empty()) return add_bytes(array, *place);
    const std::size_t elements = std::min<std::uint64_t>(place->count, kElementsShown), stride = place->stride;
    for (std::size_t i = 0; i < elements && place->offset + (i + 1) * stride <= buffer_.size(); ++i) {
      const std::string name = std::string(array.name) + "[" + std::to_string(i) + "]";
      const std::size_t offset = place->offset + i * stride;
      if (stride == 1)
        described_.push_back(make(name, offset, whole_bytes(1), std::to_string(buffer_[offset]), ""));
      else
        add(array.element, offset, name + ".", offset + stride);
    }
  }

  /// Nothing: the buffer ends before it says so, or there is no array.
  [[nodiscard]] std::optional<ArrayPlace> place_of(const ArrayLayout& array) const {
    const auto offset = own_number(array.structure, array.offset), count = own_number(array.structure, array.count);
    if (!offset || !count || *offset == 0 || *count == 0) return std::nullopt;
    if (array.element.empty()) return ArrayPlace{.offset = *offset, .count = *count, .stride = 1};
    // The indirection table alone is counted in bytes; revision 1 has entries of one byte.
    const bool is_in_bytes = array.stride.empty();
    const auto stride = is_in_bytes ? element_size(array) : own_number(array.structure, array.stride);
    if (!stride) return std::nullopt;
    return ArrayPlace{.offset = *offset, .count = is_in_bytes ? *count / *stride : *count, .stride = *stride};
  }

  [[nodiscard]] std::size_t element_size(const ArrayLayout& array) const {
    constexpr std::size_t kRevisionAt = 1, kProcessorNumberSize = 4;
    return buffer_[kRevisionAt] == 1 && array.element == "PROCESSOR_NUMBER" ? 1 : kProcessorNumberSize;
  }

  void add_bytes(const ArrayLayout& array, const ArrayPlace& place) {
    if (place.end() > buffer_.size()) return;
    const auto bytes = buffer_.subspan(place.offset, place.count);
    described_.push_back(make(std::string(array.name), place.offset, whole_bytes(bytes.size()), bytes_text(bytes), ""));
  }

  Buffer buffer_;
  std::vector<DescribedField> described_;
};

}  // namespace

std::vector<DescribedField> describe(std::string_view structure, std::span<const std::uint8_t> buffer) {
  Describer describer(buffer);
  describer.add(structure, 0, "", buffer.size());
  describer.add_arrays(structure);
  return describer.take();
}

std::vector<std::string> misfits(std::string_view structure, std::span<const std::uint8_t> buffer) {
  return Describer(buffer).misfits(structure);
}

}  // namespace nvgre::ndis
