#include "sim/inet/options.h"

#include <algorithm>
#include <utility>

#include "sim/core/sysctl.h"
#include "sim/wire/packet.h"
#include "sim/world.h"

namespace sockarium::inet {

namespace {

constexpr std::int64_t least_receive_buffer = 2304,
                       least_send_buffer = 4608;  // Linux SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF

std::uint32_t doubled(std::int64_t wish, std::int64_t bound, std::int64_t least) {
  return static_cast<std::uint32_t>(std::max(2 * std::clamp<std::int64_t>(wish, 0, bound), least));
}

/// The low port in the lower half of the number, the high one in the upper (ip(7)). 0: no bound.
Attempt set_port_range(SocketBase& base, std::int64_t value) {
  const auto low = static_cast<std::uint16_t>(value), high = static_cast<std::uint16_t>(value >> 16);
  if (low != 0 && high != 0 && low > high) return fail(Errno::INVAL);
  base.range_low = low;
  base.range_high = high;
  return done(0);
}

constexpr std::int64_t most_mtu_discover = 5;  // Linux IP_PMTUDISC_OMIT

}  // namespace

std::uint32_t receive_buffer_for(const Sysctls& sysctls, std::int64_t wish) {
  return doubled(wish, sysctls[Sysctl::RmemMax], least_receive_buffer);
}

std::uint32_t send_buffer_for(const Sysctls& sysctls, std::int64_t wish) {
  return doubled(wish, sysctls[Sysctl::WmemMax], least_send_buffer);
}

std::optional<Attempt> set_option(SocketBase& base, const sys::Setsockopt& call) {
  if (is_v6_option(call.option)) return set_v6_option(base, call);
  const bool on = call.value != 0;
  switch (call.option) {
    case Option::ReuseAddr:
      base.reuse_address = on;
      return done(0);
    case Option::ReusePort:
      base.reuse_port = on;
      return done(0);
    case Option::Broadcast:
      base.broadcast = on;
      return done(0);
    case Option::KeepAlive:
      base.keep_alive = on;
      return done(0);
    case Option::ReceiveErrors:
      base.receive_errors = on;
      return done(0);
    case Option::Linger:
      base.linger = on;
      base.linger_seconds = static_cast<std::uint32_t>(call.second);
      return done(0);
    case Option::ReceiveTimeout:
      base.receive_timeout = call.value;
      return done(0);
    case Option::SendTimeout:
      base.send_timeout = call.value;
      return done(0);
    case Option::OobInline:
      base.oob_inline = on;
      return done(0);
    case Option::Ttl:  // −1: as net.ipv4.ip_default_ttl says
      if (call.value != -1 && (call.value < 1 || call.value > 255)) return fail(Errno::INVAL);
      base.ttl = call.value == -1 ? 0 : static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::MtuDiscover:
      if (call.value < pmtudisc_dont || call.value > most_mtu_discover) return fail(Errno::INVAL);
      base.mtu_discover = static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::MulticastTtl:
      if (base.protocol == wire::TCP) return fail(Errno::INVAL);
      if (call.value < -1 || call.value > 255) return fail(Errno::INVAL);
      base.multicast_ttl = call.value == -1 ? 1 : static_cast<std::uint8_t>(call.value);
      return done(0);
    case Option::MulticastInterface:
      if (base.protocol == wire::TCP) return fail(Errno::INVAL);
      return std::nullopt;
    case Option::AddMembership:
    case Option::DropMembership:
      if (base.protocol == wire::TCP) return fail(Errno::PROTO);
      return std::nullopt;
    case Option::MulticastLoop:
      base.multicast_loop = on;
      return done(0);
    case Option::MulticastAll:
      if (call.value != 0 && call.value != 1) return fail(Errno::INVAL);
      base.multicast_all = on;
      return done(0);
    case Option::BindAddressNoPort:
      base.late_port = on;
      return done(0);
    case Option::LocalPortRange:
      return set_port_range(base, call.value);
    case Option::Error:
    case Option::Type:
    case Option::AcceptConn:
    case Option::PeerCred:
    case Option::Mtu:
      return fail(Errno::NOPROTOOPT);
    default:
      return std::nullopt;
  }
}

std::optional<Attempt> get_option(SocketBase& base, const Sysctls& sysctls, const sys::Getsockopt& call) {
  if (is_v6_option(call.option)) return get_v6_option(base, call);
  switch (call.option) {
    case Option::ReuseAddr:
      return done(base.reuse_address ? 1 : 0);
    case Option::ReusePort:
      return done(base.reuse_port ? 1 : 0);
    case Option::Broadcast:
      return done(base.broadcast ? 1 : 0);
    case Option::Error:
      if (base.error != Errno::OK)
        return done(static_cast<std::int64_t>(std::exchange(base.error, Errno::OK)));
      return done(static_cast<std::int64_t>(std::exchange(base.soft_error, Errno::OK)));
    case Option::ReceiveErrors:
      return done(base.receive_errors ? 1 : 0);
    case Option::OobInline:
      return done(base.oob_inline ? 1 : 0);
    case Option::Ttl:
      return done(base.ttl != 0 ? base.ttl : sysctls[Sysctl::DefaultTtl]);
    case Option::MtuDiscover:
      return done(base.mtu_discover);
    case Option::MulticastTtl:
      return done(base.multicast_ttl);
    case Option::MulticastLoop:
      return done(base.multicast_loop ? 1 : 0);
    case Option::MulticastAll:
      return done(base.multicast_all ? 1 : 0);
    case Option::KeepAlive:
      return done(base.keep_alive ? 1 : 0);
    case Option::Linger: {
      SysResult result = SysResult::of(base.linger ? 1 : 0);
      result.second = base.linger_seconds;
      return Done{result};
    }
    case Option::PeerCred: {  // only a Unix socket knows its peer's
      SysResult nobody;
      nobody.second = nobody.flags = -1;
      return Done{nobody};
    }
    case Option::ReceiveTimeout:
      return done(base.receive_timeout);
    case Option::SendTimeout:
      return done(base.send_timeout);
    case Option::BindAddressNoPort:
      return done(base.late_port ? 1 : 0);
    case Option::LocalPortRange:
      return done(std::int64_t{base.range_high} << 16 | base.range_low);
    case Option::PacketMembership:  // the level of packet sockets (Linux do_ip_getsockopt,
                                    // do_ipv6_getsockopt)
    case Option::PacketStatistics:
    case Option::IgnoreOutgoing:
      return fail(base.ipv6 ? Errno::NOPROTOOPT : Errno::OPNOTSUPP);
    default:
      return std::nullopt;
  }
}

}  // namespace sockarium::inet
