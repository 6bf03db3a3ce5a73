// The classic Berkeley packet filter: a little program that says of a frame how many of its bytes the reader
// wants; 0: none, the frame is not for it. `tcpdump -dd` prints such programs. McCanne and Jacobson, «The BSD
// Packet Filter» (1993); Linux Documentation/networking/filter.rst, bpf_check_classic, ___bpf_prog_run.
//
// Left out: Linux's extensions (SKF_AD_OFF, SKF_NET_OFF): a load there ends the program with 0.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sockarium::wire {

/// Linux struct sock_filter.
struct BpfInstruction {
  std::uint16_t code = 0;
  std::uint8_t if_true = 0, if_false = 0;  ///< how many instructions a jump skips
  std::uint32_t k = 0;
};

/// The instructions that lie in `text`, eight bytes each, lowest byte first; what is left over is ignored.
std::vector<BpfInstruction> bpf_program(std::string_view text);
/// May it be attached? Every instruction is known, jumps stay inside, the last one returns, and no memory is
/// read that was not written.
bool bpf_is_valid(std::span<const BpfInstruction> program);
/// What a valid program says of a frame: bytes that are wanted, perhaps more than there are.
std::uint32_t bpf_run(std::span<const BpfInstruction> program, std::span<const std::uint8_t> frame);

}  // namespace sockarium::wire
