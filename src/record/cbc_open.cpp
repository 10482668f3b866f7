// Opening a CBC record in constant time: an essay.
//
// Both versions authenticate first, pad second and encrypt last, so whoever opens a record meets
// bytes that nothing has vouched for yet. The layout after decryption is
//
//     | plaintext | MAC | padding | padding_length |      RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2
//
// and it can only be read from its far end. An attacker who can change ciphertext and observe us
// learns plaintext if anything that we do depends on what stands there: one alert for bad padding
// and another for a bad MAC (Vaudenay 2002), an answer that comes earlier when the MAC was not even
// computed (Canvel and others 2003), an answer that comes a few hundred cycles earlier because the
// hash had one block less to compress (Lucky Thirteen, AlFardan and Paterson 2013).
//
// Public:  the length of the record; hence the most and the least its plaintext can measure; the
//          version and the suite; the sequence number.
// Secret:  every decrypted byte, padding_length first of all, and with it the plaintext's length,
//          where the MAC begins, and whether padding and MAC are right. The conjunction of the two
//          becomes public at the very end, because the connection dies or goes on; if it goes on,
//          so does the length, because it is handed to the application.
//
// So there is no branch on a secret below, no memory address computed from one, and no loop whose
// count is one. Conditions are masks (base/constant_time.hpp). Whatever a good record needs is done
// for every record, with the same number of hash compressions for every padding that its public
// length allows. tests/ct runs all of it with the decrypted bytes marked as undefined, and valgrind
// reports every jump and every address that depends on them.
//
// What is not hidden here: the time of the block cipher itself (libcrypto's DES looks up tables by
// key and data, and is no part of this file), and what the length of a record tells anyway.
//
// In SSL 3.0 the content of the padding is covered by nothing, so that a block moved to the end of
// a record is accepted once in 256 times (POODLE, 2014). That is the protocol, and no receiver can
// repair it.
#include "record/cbc_open.hpp"

#include "base/constant_time.hpp"

#include <algorithm>
#include <array>

namespace heirloom {

namespace {

using constant_time::Mask;

/// SecretLength is the length of the plaintext: its bounds are public, the value is not.
struct SecretLength {
  std::size_t least = 0;
  std::size_t most = 0;
  std::uint64_t value = 0;
};

/// PaddingCheck is the outcome of step 1.
struct PaddingCheck {
  Mask is_good = 0;
  std::uint64_t length = 0;  ///< padding_length if it is good, else 0
};

/// longest_padding is the most that padding_length may say, by the rule alone.
std::size_t longest_padding(const CbcPadding& padding) {
  switch (padding.rule) {
    case PaddingRule::shorter_than_block:
      return padding.block_size - 1;
    case PaddingRule::all_bytes_are_length:
      return 255;
  }
  std::abort();
}

// Step 1: the padding.
//
// padding_length is the last byte. It must leave room for a MAC, keep to the rule of the version,
// and at TLS 1.0 be repeated in every byte of the padding. All bytes that may be padding, by the
// public length, are looked at, whatever padding_length says.
//
// RFC 2246 §6.2.3.2 does not say what to do when the padding is bad. Stopping here is Canvel's
// attack. We go on as if padding_length were 0: the MAC is then computed over the longest content,
// will not match, and if by a chance of 2^-128 it does, is_good is still false.
PaddingCheck check_padding(const CbcPadding& padding, std::size_t longest, ByteView decrypted) {
  const std::uint64_t length = decrypted.back();
  Mask is_good = constant_time::less_or_equal(length, longest);

  if (padding.rule == PaddingRule::all_bytes_are_length) {
    std::uint64_t difference = 0;
    for (std::size_t distance = 1; distance <= longest; ++distance) {
      const std::uint64_t byte = decrypted[decrypted.size() - 1 - distance];
      difference |= constant_time::less_or_equal(distance, length) & (byte ^ length);
    }
    is_good &= constant_time::is_zero(difference);
  }
  return {is_good, constant_time::select(is_good, length, 0)};
}

/// Tail is the end of a hashed message: its last bytes, the bit 1, zeros, and the length in bits
/// (RFC 1321 §3.1 and §3.2, RFC 3174 §4). Positions count from the start of the message.
struct Tail {
  ByteView pending;            ///< absorbed but not compressed yet
  ByteView optional;           ///< what follows; how much of it belongs to the message is secret
  std::uint64_t absorbed = 0;  ///< public; `pending` ends here and `optional` begins
  std::uint64_t end = 0;       ///< secret: where the message ends
  std::array<std::uint8_t, 8> length_bits{};
};

/// fill_block writes block number `index` of the message as it would be if it were that long.
void fill_block(const Tail& tail,
                std::uint64_t index,
                Mask is_last,
                std::span<std::uint8_t, 64> block) {
  const std::uint64_t begin = index * block.size();
  const std::uint64_t pending_begin = tail.absorbed - tail.pending.size();
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::uint64_t position = begin + i;
    std::uint64_t byte = 0;
    if (position < tail.absorbed) {  // public: both sides are
      byte = tail.pending[position - pending_begin];
    } else if (position - tail.absorbed < tail.optional.size()) {
      byte = tail.optional[position - tail.absorbed];
    }
    byte &= constant_time::less(position, tail.end);
    byte |= constant_time::equal(position, tail.end) & 0x80U;
    if (i >= block.size() - tail.length_bits.size()) {
      byte |= is_last & tail.length_bits[i - (block.size() - tail.length_bits.size())];
    }
    block[i] = static_cast<std::uint8_t>(byte);
  }
}

// Step 2: the MAC of a plaintext of secret length.
//
// The inner hash is over prefix, header and plaintext. Prefix and header have public lengths, and
// so has the shortest possible plaintext: those bytes are hashed as usual. (The prefix of SSL 3.0
// with SHA is 60 bytes, so a block may be half full at any of these points: `pending`.) From there
// on we build every block that the longest message would need, compress each, and keep by mask the
// chaining value after the block that is the last one for the length in hand. The number of
// compressions is that of the longest message, always; the surplus blocks hold zeros and their
// results are thrown away.
template <class Hash>
typename Hash::Digest finish_inner(Hash inner, ByteView decrypted, const SecretLength& plaintext) {
  constexpr std::uint64_t kBlock = Hash::kBlockSize;
  inner.update(decrypted.first(plaintext.least));

  std::array<std::uint8_t, Hash::kBlockSize> pending{};
  const std::size_t pending_size = inner.pending_block().size();
  std::ranges::copy(inner.pending_block(), pending.begin());

  Tail tail;
  tail.pending = ByteView(pending).first(pending_size);
  tail.optional = decrypted.subspan(plaintext.least, plaintext.most - plaintext.least);
  tail.absorbed = inner.bytes_absorbed();
  tail.end = tail.absorbed + (plaintext.value - plaintext.least);
  Hash::write_length(tail.length_bits, tail.end * 8);

  // One byte for the bit 1 and eight for the length: block (end + 8) / 64 is the last.
  const std::uint64_t last = (tail.end + 8) / kBlock;
  const std::uint64_t last_of_longest = (tail.absorbed + tail.optional.size() + 8) / kBlock;

  typename Hash::Digest digest{};
  std::array<std::uint8_t, Hash::kBlockSize> block{};
  for (std::uint64_t index = tail.absorbed / kBlock; index <= last_of_longest; ++index) {
    const Mask is_last = constant_time::equal(index, last);
    fill_block(tail, index, is_last, block);
    inner.compress(block);
    const auto state = inner.chaining_state();
    for (std::size_t i = 0; i < digest.size(); ++i) {
      digest[i] |= static_cast<std::uint8_t>(is_last & state[i]);
    }
  }
  secure_wipe(pending.data(), pending.size());
  secure_wipe(block.data(), block.size());
  return digest;
}

/// expected_mac is the MAC that the plaintext should have. The header carries the secret length in
/// its last two bytes at both versions (RFC 6101 §5.2.3.1, RFC 2246 §6.2.3.1), so they are written
/// here and not by a function that need not care.
template <class Hash>
typename Hash::Digest expected_mac(const RecordMac<Hash>& mac,
                                   std::uint64_t sequence_number,
                                   ContentType type,
                                   ByteView decrypted,
                                   const SecretLength& plaintext) {
  MacHeader header = mac.header(sequence_number, type, plaintext.most);
  header.bytes[header.size - 2] = static_cast<std::uint8_t>(plaintext.value >> 8U);
  header.bytes[header.size - 1] = static_cast<std::uint8_t>(plaintext.value & 0xffU);

  Hash inner = mac.keyed_inner();
  inner.update(header.view());
  // The outer hash is over one digest: nothing about its length is secret.
  return mac.finish(finish_inner(inner, decrypted, plaintext));
}

// Step 3: the MAC that came.
//
// It begins at a secret place. We walk over every byte that may belong to it, in order, and drop
// those that do into a ring of the MAC's size, so that what we get is the MAC, rotated by a secret
// amount. It is turned back by 1, 2, 4, 8 and 16 places, each turn done or not done by mask.
template <std::size_t kSize>
std::array<std::uint8_t, kSize> received_mac(ByteView decrypted, const SecretLength& plaintext) {
  std::array<std::uint8_t, kSize> ring{};
  std::uint64_t rotation = 0;
  std::size_t slot = 0;
  for (std::size_t i = plaintext.least; i < plaintext.most + kSize; ++i) {
    const Mask is_first = constant_time::equal(i, plaintext.value);
    const Mask is_inside = constant_time::less_or_equal(plaintext.value, i) &
                           constant_time::less(i, plaintext.value + kSize);
    ring[slot] |= static_cast<std::uint8_t>(is_inside & decrypted[i]);
    rotation |= is_first & slot;
    slot = slot + 1 == kSize ? 0 : slot + 1;
  }
  for (std::size_t turn = 1; turn < kSize; turn *= 2) {
    const Mask is_turned = ~constant_time::is_zero(rotation & turn);
    const auto before = ring;
    for (std::size_t i = 0; i < kSize; ++i) {
      ring[i] = constant_time::select_byte(is_turned, before[(i + turn) % kSize], before[i]);
    }
  }
  return ring;
}

}  // namespace

// Step 4: the verdict, the only thing that leaves, and the only thing declassified; the length
// follows it because a record that is good will be delivered.
template <class Hash>
std::optional<std::size_t> cbc_open(const RecordMac<Hash>& mac,
                                    const CbcPadding& padding,
                                    std::uint64_t sequence_number,
                                    ContentType type,
                                    ByteView decrypted) {
  HEIRLOOM_EXPECT(decrypted.size() >= Hash::kSize + 1);
  SecretLength plaintext;
  plaintext.most = decrypted.size() - Hash::kSize - 1;
  const std::size_t longest = std::min(longest_padding(padding), plaintext.most);
  plaintext.least = plaintext.most - longest;

  const PaddingCheck check = check_padding(padding, longest, decrypted);
  plaintext.value = plaintext.most - check.length;

  const auto expected = expected_mac(mac, sequence_number, type, decrypted, plaintext);
  const auto received = received_mac<Hash::kSize>(decrypted, plaintext);

  const Mask is_good = check.is_good & constant_time::equal_bytes(expected, received);
  if (!constant_time::verdict(is_good)) {
    return std::nullopt;
  }
  constant_time::declassify(&plaintext.value, sizeof plaintext.value);
  return plaintext.value;
}

// With encrypt-then-MAC step 1 is all that is left, and nobody without the MAC key can choose what
// it sees: there is no oracle in it worth having. It stays as it is because it costs nothing.
std::optional<std::size_t> cbc_unpad(const CbcPadding& padding, ByteView decrypted) {
  HEIRLOOM_EXPECT(!decrypted.empty());
  const std::size_t most = decrypted.size() - 1;
  PaddingCheck check = check_padding(padding, std::min(longest_padding(padding), most), decrypted);
  if (!constant_time::verdict(check.is_good)) {
    return std::nullopt;
  }
  constant_time::declassify(&check.length, sizeof check.length);
  return most - check.length;
}

template std::optional<std::size_t> cbc_open(
    const RecordMac<crypto::Md5>&, const CbcPadding&, std::uint64_t, ContentType, ByteView);
template std::optional<std::size_t> cbc_open(
    const RecordMac<crypto::Sha1>&, const CbcPadding&, std::uint64_t, ContentType, ByteView);

}  // namespace heirloom
