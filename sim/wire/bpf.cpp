#include "sim/wire/bpf.h"

#include <array>
#include <optional>

namespace sockarium::wire {

namespace {

// linux/bpf_common.h: a code is class | size | mode, or class | operation | source.
enum Class : std::uint16_t { LD = 0, LDX = 1, ST = 2, STX = 3, ALU = 4, JMP = 5, RET = 6, MISC = 7 };
enum Size : std::uint16_t { W = 0x00, H = 0x08, B = 0x10 };
enum Mode : std::uint16_t { IMM = 0x00, ABS = 0x20, IND = 0x40, MEM = 0x60, LEN = 0x80, MSH = 0xa0 };
enum Operation : std::uint16_t {
  ADD = 0x00,
  SUB = 0x10,
  MUL = 0x20,
  DIV = 0x30,
  OR = 0x40,
  AND = 0x50,
  LSH = 0x60,
  RSH = 0x70,
  NEG = 0x80,
  MOD = 0x90,
  XOR = 0xa0
};
enum Jump : std::uint16_t { JA = 0x00, JEQ = 0x10, JGT = 0x20, JGE = 0x30, JSET = 0x40 };
constexpr std::uint16_t from_x = 0x08, return_a = 0x10, tax = 0x00, txa = 0x80;
constexpr std::size_t memory_words = 16, program_most = 4096;  // BPF_MEMWORDS, BPF_MAXINSNS

std::uint16_t class_of(std::uint16_t code) {
  return code & 0x07;
}

bool is_known(const BpfInstruction& i) {
  const std::uint16_t code = i.code, size = code & 0x18, mode = code & 0xe0, operation = code & 0xf0;
  if (code > 0xff) return false;
  switch (class_of(code)) {
    case LD:
      if (mode == ABS || mode == IND) return size == W || size == H || size == B;
      return size == W && (mode == IMM || mode == LEN || (mode == MEM && i.k < memory_words));
    case LDX:
      if (mode == MSH) return size == B;
      return size == W && (mode == IMM || mode == LEN || (mode == MEM && i.k < memory_words));
    case ST:
    case STX:
      return (code & ~0x07) == 0 && i.k < memory_words;
    case ALU:
      if (operation == NEG) return (code & from_x) == 0;
      if (operation > XOR) return false;
      if ((code & from_x) != 0) return true;
      if (operation == DIV || operation == MOD) return i.k != 0;
      return (operation != LSH && operation != RSH) || i.k < 32;
    case JMP:
      return operation == JA ? (code & from_x) == 0 : operation <= JSET;
    case RET:
      return (code & ~(0x07 | return_a)) == 0;
    default:
      return (code & ~0x07) == tax || (code & ~0x07) == txa;
  }
}

/// Which words of memory are surely written when an instruction is reached. Linux check_load_and_stores.
bool reads_only_what_it_wrote(std::span<const BpfInstruction> program) {
  std::vector<std::uint16_t> written_at(program.size(), 0xffff);
  std::uint16_t written = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const BpfInstruction& i = program[at];
    written &= written_at[at];
    const std::uint16_t kind = class_of(i.code);
    const bool loads = (kind == LD || kind == LDX) && (i.code & 0xe0) == MEM;
    if (loads && (written & (1u << i.k)) == 0) return false;
    if (kind == ST || kind == STX) written |= static_cast<std::uint16_t>(1u << i.k);
    if (kind == JMP) {
      const bool always = (i.code & 0xf0) == JA;
      written_at[at + 1 + (always ? i.k : i.if_true)] &= written;
      if (!always) written_at[at + 1 + i.if_false] &= written;
      written = 0xffff;
    } else if (kind == RET) {
      written = 0xffff;
    }
  }
  return true;
}

/// The bytes of a frame; reading beyond the end gives nothing.
struct Frame {
  std::span<const std::uint8_t> bytes;

  std::optional<std::uint32_t> load(std::uint64_t at, std::uint16_t size) const {
    const std::size_t count = size == W ? 4 : size == H ? 2 : 1;
    if (at + count > bytes.size()) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[static_cast<std::size_t>(at) + i];
    return value;
  }
};

/// Nothing: a division by zero, which ends the program.
std::optional<std::uint32_t> compute(std::uint16_t operation, std::uint32_t a, std::uint32_t b) {
  switch (operation) {
    case ADD:
      return a + b;
    case SUB:
      return a - b;
    case MUL:
      return a * b;
    case DIV:
      return b == 0 ? std::nullopt : std::optional(a / b);
    case MOD:
      return b == 0 ? std::nullopt : std::optional(a % b);
    case OR:
      return a | b;
    case AND:
      return a & b;
    case XOR:
      return a ^ b;
    case LSH:
      return a << (b & 31);
    case RSH:
      return a >> (b & 31);
    default:
      return 0 - a;
  }
}

bool jumps(std::uint16_t operation, std::uint32_t a, std::uint32_t b) {
  switch (operation) {
    case JEQ:
      return a == b;
    case JGT:
      return a > b;
    case JGE:
      return a >= b;
    default:
      return (a & b) != 0;
  }
}

}  // namespace

std::vector<BpfInstruction> bpf_program(std::string_view text) {
  std::vector<BpfInstruction> program;
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<std::uint8_t>(text[at])}; };
  for (std::size_t at = 0; at + 8 <= text.size(); at += 8)
    program.push_back({static_cast<std::uint16_t>(byte(at) | byte(at + 1) << 8),
                       static_cast<std::uint8_t>(byte(at + 2)), static_cast<std::uint8_t>(byte(at + 3)),
                       byte(at + 4) | byte(at + 5) << 8 | byte(at + 6) << 16 | byte(at + 7) << 24});
  return program;
}

bool bpf_is_valid(std::span<const BpfInstruction> program) {
  if (program.empty() || program.size() > program_most) return false;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const BpfInstruction& i = program[at];
    if (!is_known(i)) return false;
    if (class_of(i.code) != JMP) continue;
    const std::uint64_t room = program.size() - at - 1;
    const bool always = (i.code & 0xf0) == JA;
    if (always ? i.k >= room : (i.if_true >= room || i.if_false >= room)) return false;
  }
  return class_of(program.back().code) == RET && reads_only_what_it_wrote(program);
}

std::uint32_t bpf_run(std::span<const BpfInstruction> program, std::span<const std::uint8_t> bytes) {
  const Frame frame{bytes};
  std::uint32_t a = 0, x = 0;
  std::array<std::uint32_t, memory_words> memory{};
  for (std::size_t at = 0; at < program.size(); ++at) {
    const BpfInstruction& i = program[at];
    const std::uint16_t size = i.code & 0x18, mode = i.code & 0xe0, operation = i.code & 0xf0;
    const std::uint32_t operand = (i.code & from_x) != 0 ? x : i.k;
    switch (class_of(i.code)) {
      case LD:
        if (mode == ABS || mode == IND) {
          const auto loaded = frame.load(std::uint64_t{i.k} + (mode == IND ? x : 0), size);
          if (!loaded) return 0;
          a = *loaded;
        } else {
          a = mode == IMM ? i.k : mode == LEN ? static_cast<std::uint32_t>(bytes.size()) : memory[i.k];
        }
        break;
      case LDX:
        if (mode == MSH) {  // the length of an IP header
          const auto loaded = frame.load(i.k, B);
          if (!loaded) return 0;
          x = (*loaded & 0xf) * 4;
        } else {
          x = mode == IMM ? i.k : mode == LEN ? static_cast<std::uint32_t>(bytes.size()) : memory[i.k];
        }
        break;
      case ST:
        memory[i.k] = a;
        break;
      case STX:
        memory[i.k] = x;
        break;
      case ALU: {
        const auto result = compute(operation, a, operand);
        if (!result) return 0;
        a = *result;
        break;
      }
      case JMP:
        at += operation == JA ? i.k : jumps(operation, a, operand) ? i.if_true : i.if_false;
        break;
      case RET:
        return (i.code & return_a) != 0 ? a : i.k;
      default:
        (i.code & 0xf8) == txa ? a = x : x = a;
        break;
    }
  }
  return 0;
}

}  // namespace sockarium::wire
