#include "lab/script/results.h"

#include <fmt/format.h>

#include "lab/script/peer.h"
#include "sim/core/errno.h"
#include "sim/inet/device.h"
#include "sim/observe/local_sockets.h"
#include "sim/wire/header_bytes.h"

namespace sockarium::script {

namespace {

double in_seconds(std::int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

struct Values {
  const SysResult& result;
  const ByteStore& bytes;
  using List = std::vector<Value>;

  /// At the end of a list that has no fields; of thousands, so without a search for the end.
  static void add(Value& list, Value item) {
    list.entries.push_back(
        Entry{Value::of(static_cast<std::int64_t>(list.entries.size()) + 1), std::move(item)});
  }
  List number() const { return {Value::of(result.value)}; }
  /// {ip, port}; of AF_PACKET and AF_NETLINK a table, too; of AF_UNIX a text: the path, «@name», or "" for
  /// none.
  Value peer() const {
    if (result.domain == af_unix) return Value::of(std::string_view(observe::local_name(bytes, result.path)));
    if (result.domain == af_packet) return device();
    if (result.domain == af_netlink) {
      Value table = Value::table();
      table.set("pid", Value::of(std::int64_t{result.number}));
      return table;
    }
    return Value::of(result.peer, result.domain == af_inet6);
  }
  /// {interface, protocol}, and of a device: type, hardware, address.
  Value device() const {
    Value table = Value::table();
    table.set("interface", Value::of(std::string_view(inet::device_name(result.number))));
    table.set("protocol", Value::of(std::int64_t{result.frame.protocol}));
    if (result.number == 0) return table;
    table.set("type", Value::of(std::int64_t{result.frame.type}));
    table.set("hardware", Value::of(std::int64_t{result.frame.hardware}));
    const auto& m = result.frame.address;
    table.set("address", Value::of(std::string_view(fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
                                                                m[0], m[1], m[2], m[3], m[4], m[5]))));
    return table;
  }
  List pair() const { return {Value::of(result.value), Value::of(result.second)}; }
  List times() const { return {Value::of(in_seconds(result.value)), Value::of(in_seconds(result.second))}; }
  List text() const { return {Value::of(std::string_view(bytes.text(result.data)))}; }

  List operator()(const sys::Accept&) const { return {Value::of(result.value), peer()}; }
  /// With MSG_TRUNC a datagram's true length, too, which in C is the result.
  List operator()(const sys::Recv& call) const {
    List list = text();
    if ((call.flags & msg_trunc) != 0) list.push_back(Value::of(result.value));
    return list;
  }
  /// A stream has no sender of its own.
  List operator()(const sys::Recvfrom&) const {
    List list = text();
    list.push_back(result.domain == 0 ? Value() : peer());
    list.push_back(Value::of(std::int64_t{result.flags}));
    return list;
  }
  List operator()(const sys::Recvmsg&) const {
    Value table = Value::table(), fds = Value::table();
    for (const std::int32_t fd : numbers_in(result.fds, bytes)) fds.append(Value::of(std::int64_t{fd}));
    table.set("fds", fds);
    table.set("flags", Value::of(std::int64_t{result.flags}));
    if (result.domain != 0) table.set("from", peer());
    if (result.queued != Errno::OK) {
      Value error = Value::table();
      error.set("name", Value::of(std::string_view(name(result.queued))));
      error.set("origin", Value::of(std::int64_t{result.icmp >> 16}));
      error.set("type", Value::of(std::int64_t{result.icmp >> 8 & 0xff}));
      error.set("code", Value::of(std::int64_t{result.icmp & 0xff}));
      error.set("mtu", Value::of(result.second));
      error.set("offender",
                Value::of(std::string_view(to_string(result.offender, result.domain == af_inet6))));
      table.set("error", error);
    }
    List list = text();
    list.push_back(table);
    return list;
  }
  List operator()(const sys::Sendmsg&) const { return number(); }
  List operator()(const sys::Ioctl&) const { return number(); }
  List operator()(const sys::Socketpair&) const { return pair(); }
  List operator()(const sys::Read&) const { return text(); }
  List operator()(const sys::Getsockname&) const { return {peer()}; }
  List operator()(const sys::Getpeername&) const { return {peer()}; }
  List operator()(const sys::Now&) const { return {Value::of(in_seconds(result.value))}; }
  List operator()(const sys::Socket&) const { return number(); }
  List operator()(const sys::Send&) const { return number(); }
  List operator()(const sys::Sendto&) const { return number(); }
  List operator()(const sys::Write&) const { return number(); }
  List operator()(const sys::Random&) const { return number(); }
  List operator()(const sys::Getpid&) const { return number(); }
  List operator()(const sys::Getppid&) const { return number(); }
  List operator()(const sys::Getuid&) const { return number(); }
  List operator()(const sys::Signalfd&) const { return number(); }
  List operator()(const sys::Alarm&) const { return {Value::of(in_seconds(result.value))}; }
  List operator()(const sys::Fork&) const { return number(); }
  List operator()(const sys::Dup&) const { return number(); }
  List operator()(const sys::Dup2&) const { return number(); }
  List operator()(const sys::Dup3&) const { return number(); }
  List operator()(const sys::Fcntl& call) const {
    if (call.command == f_setfd || call.command == f_setfl) return {Value::of(true)};
    return number();
  }
  List operator()(const sys::Pipe&) const { return pair(); }
  List operator()(const sys::Open&) const { return number(); }
  List operator()(const sys::InotifyInit&) const { return number(); }
  List operator()(const sys::InotifyAddWatch&) const { return number(); }
  List operator()(const sys::Lseek&) const { return number(); }
  List operator()(const sys::Eventfd&) const { return number(); }
  List operator()(const sys::TimerfdCreate&) const { return number(); }
  List operator()(const sys::TimerfdSettime&) const { return times(); }
  List operator()(const sys::TimerfdGettime&) const { return times(); }
  List operator()(const sys::Getrlimit&) const { return pair(); }
  List operator()(const sys::Thread&) const { return number(); }
  /// The whole list, as in C: who has news, one must look up.
  List operator()(const sys::Poll&) const {
    Value list = Value::table();
    for (const PollEntry& entry : poll_entries(result.data, bytes)) {
      Value item = Value::table();
      item.set("fd", Value::of(std::int64_t{entry.fd}));
      item.set("events", Value::of(std::int64_t{entry.events}));
      item.set("revents", Value::of(std::int64_t{entry.revents}));
      add(list, std::move(item));
    }
    return {Value::of(result.value), std::move(list)};
  }
  List operator()(const sys::Select&) const {
    List sets;
    for (const std::uint32_t which : {poll_in, poll_out, poll_pri}) {
      Value set = Value::table();
      for (const PollEntry& entry : poll_entries(result.data, bytes))
        if ((entry.revents & which) != 0) add(set, Value::of(std::int64_t{entry.fd}));
      sets.push_back(std::move(set));
    }
    return sets;
  }
  List operator()(const sys::EpollWait&) const {
    Value list = Value::table();
    for (const EpollReport& report : epoll_reports(result.data, bytes)) {
      Value item = Value::table();
      item.set("fd", Value::of(std::int64_t{report.fd}));
      item.set("events", Value::of(std::int64_t{report.events}));
      add(list, std::move(item));
    }
    return {std::move(list)};
  }
  List operator()(const sys::EpollCreate&) const { return number(); }
  List operator()(const sys::Wait&) const { return number(); }
  List operator()(const sys::Getsockopt& call) const {
    switch (call.option) {
      case Option::Error:
        if (result.value == 0) return number();
        return {Value::of(std::string_view(name(static_cast<Errno>(result.value))))};
      case Option::ReceiveTimeout:
      case Option::SendTimeout:
        return {Value::of(in_seconds(result.value))};
      case Option::LocalPortRange: {
        Value range = Value::table();
        range.append(Value::of(result.value & 0xffff));
        range.append(Value::of(result.value >> 16 & 0xffff));
        return {range};
      }
      case Option::PeerCred: {
        Value who = Value::table();
        who.set("pid", Value::of(result.value));
        who.set("uid", Value::of(result.second));
        who.set("gid", Value::of(std::int64_t{result.flags}));
        return {who};
      }
      case Option::PacketStatistics: {
        Value counts = Value::table();
        counts.set("packets", Value::of(result.value));
        counts.set("drops", Value::of(result.second));
        return {counts};
      }
      case Option::MulticastInterface:
        return {Value::of(
            std::string_view(fmt::format("{}.{}.{}.{}", result.value >> 24 & 255, result.value >> 16 & 255,
                                         result.value >> 8 & 255, result.value & 255)))};
      case Option::Linger: {
        Value linger = Value::table();
        linger.set("on", Value::of(result.value != 0));
        linger.set("seconds", Value::of(result.second));
        return {linger};
      }
      default:
        return number();
    }
  }
  List operator()(const sys::Capture&) const {
    const auto packet = wire::from_wire(result.data, bytes);
    return {packet ? segment_table(*packet, bytes) : Value()};
  }
  template <class Call>  // the rest says only that it went well
  List operator()(const Call&) const {
    return {Value::of(true)};
  }
};

}  // namespace

std::vector<Value> values_of(const Syscall& call, const SysResult& result, const ByteStore& bytes) {
  if (!result.ok()) return {Value(), Value::of(std::string_view(name(result.error)))};
  return std::visit(Values{result, bytes}, call);
}

}  // namespace sockarium::script
