// SYN cookies: when the SYN queue is full, the answer to a SYN is remembered by the client. The sequence
// number of the SYN-ACK is a keyed hash of the four numbers, the client's own number, the minute, and two
// bits for its MSS; the ACK brings it back, and only then is anything stored. What more there is to remember
// (window scale, SACK) finds room in the low six bits of the timestamp; a client without timestamps loses it.
// D. J. Bernstein 1996; RFC 4987 section 3.6; Linux syncookies.c.
//
// Left out: ECN.
#include <algorithm>
#include <array>
#include <optional>

#include "sim/core/chance.h"
#include "sim/inet/listener_table.h"
#include "sim/inet/route.h"
#include "sim/step.h"
#include "sim/tcp/segment.h"

namespace sockarium::tcp {

namespace {

constexpr Duration period = 60 * second;            // Linux TCP_SYNCOOKIE_PERIOD
constexpr std::uint32_t periods_most = 2;           // Linux MAX_SYNCOOKIE_AGE
constexpr std::uint32_t low_bits = (1u << 24) - 1;  // Linux COOKIEMASK
constexpr std::array<std::uint16_t, 4> mss_table{536, 1300, 1440, 1460};
constexpr std::uint32_t timestamp_bits = 63, scale_bits = 15, no_scale = 15, sack_bit = 16;

std::uint32_t keyed_hash(const World& world, NetId net, const Ends& ends, std::uint64_t count,
                         std::uint64_t which) {
  const std::uint64_t who = world.inet.nets.read(net).number * 2 + which;
  return static_cast<std::uint32_t>(chance(world.seed, Place::SynCookie, who, hash_of(ends) ^ count));
}

std::uint32_t minute(const World& world) {
  return static_cast<std::uint32_t>(world.now / period);
}

/// Linux secure_tcp_syn_cookie.
Seq cookie_for(const World& world, NetId net, const Ends& ends, Seq irs, std::uint32_t data) {
  const std::uint32_t count = minute(world);
  return Seq{keyed_hash(world, net, ends, 0, 0) + irs.value + (count << 24) +
             ((keyed_hash(world, net, ends, count, 1) + data) & low_bits)};
}

/// The place in the table of MSS values that a cookie names; nothing: it is none, or too old. Linux
/// check_tcp_syn_cookie.
std::optional<std::uint16_t> mss_in(const World& world, NetId net, const Ends& ends, Seq irs, Seq cookie) {
  const std::uint32_t rest = cookie.value - keyed_hash(world, net, ends, 0, 0) - irs.value;
  const std::uint32_t age = (minute(world) - (rest >> 24)) & 0xff;
  if (age >= periods_most) return std::nullopt;
  const std::uint32_t data = (rest - keyed_hash(world, net, ends, minute(world) - age, 1)) & low_bits;
  if (data >= mss_table.size()) return std::nullopt;
  return mss_table[data];
}

/// The timestamp whose low bits hold options, never later than the true one. Linux cookie_init_timestamp.
std::uint32_t marked_timestamp(std::uint32_t now, const wire::Options& syn, const Agreed& both) {
  std::uint32_t bits = both.scale ? syn.window_scale & scale_bits : no_scale;
  if (both.sack) bits |= sack_bit;
  const std::uint32_t marked = (now & ~timestamp_bits) | bits;
  return marked > now ? marked - (timestamp_bits + 1) : marked;
}

/// Cookies are looked for in ACKs only while some were sent lately. Linux tcp_synq_overflow, which all
/// sockets of a group share.
void note_cookie_sent(World& world, SocketId listener) {
  const inet::SocketBase& base = world.inet.sockets.read(listener);
  for (SocketId id = *world.inet.listeners.find(inet::ListenKey{base.net, base.local, 0}); id;
       id = world.inet.sockets.read(id).group_next) {
    const ConnectionId owner = ConnectionId::from_raw(world.inet.sockets.read(id).entry);
    Listener& each = world.tcp.listeners.write(world.tcp.connections.read(owner).listener);
    if (each.cookies_since == never || world.now > each.cookies_since + second)
      each.cookies_since = world.now;
  }
}

bool sent_lately(const World& world, const Listener& listener) {
  return listener.cookies_since != never &&
         world.now <= listener.cookies_since + static_cast<Duration>(periods_most) * period;
}

}  // namespace

void send_cookie(Step& step, ListenerId listener_id, const wire::Packet& syn, Reason reason,
                 RecordNumber because) {
  World& world = step.world;
  const SocketId socket = world.tcp.listeners.read(listener_id).socket;
  wire::Packet known = syn;
  if (!syn.options.has_timestamps) {  // nothing will remember them
    known.options.sack_permitted = known.options.has_window_scale = false;
    known.options.window_scale = 0;
  }
  Request request = draft_request(world, listener_id, known);
  std::uint32_t place = mss_table.size() - 1;
  const std::uint32_t asked = syn.options.mss == 0 ? default_mss : syn.options.mss;
  while (place > 0 && asked < mss_table[place]) --place;
  request.iss = cookie_for(world, request.net, Ends{request.local, request.peer}, request.irs, place);
  wire::Packet answer = make_syn_ack(world, request);
  if (answer.options.has_timestamps)
    answer.options.timestamp = marked_timestamp(static_cast<std::uint32_t>(world.now / millisecond),
                                                known.options, agreed(world, request)) +
                               request.timestamp_offset;
  note_cookie_sent(world, socket);
  const NetId net = request.net;
  step.count(net, Counter::TcpExtSyncookiesSent);
  step.count(net, Counter::TcpOutSegs);
  inet::send(step, net, answer, reason, 0, because);
}

CookieCheck take_cookie(Step& step, ListenerId listener_id, const wire::Packet& ack) {
  World& world = step.world;
  const Listener& listener = world.tcp.listeners.read(listener_id);
  const NetId net = world.inet.sockets.read(listener.socket).net;
  const Sysctls& sysctls = world.inet.nets.read(net).sysctls;
  if (sysctls[Sysctl::TcpSyncookies] == 0 || !sent_lately(world, listener)) return CookieCheck::NoCookie;
  const Ends ends{ack.to, ack.from};
  const auto mss = mss_in(world, net, ends, ack.seq - 1, ack.ack - 1);
  if (!mss) {
    step.count(net, Counter::TcpExtSyncookiesFailed);
    return CookieCheck::NoCookie;
  }
  step.count(net, Counter::TcpExtSyncookiesRecv);
  wire::Packet syn = ack;  // as it may have been
  syn.seq = ack.seq - 1;
  syn.options = {};
  syn.options.mss = *mss;
  Duration round_trip = -1;  // without timestamps nobody knows
  if (ack.options.has_timestamps) {
    if (sysctls[Sysctl::TcpTimestamps] == 0) return CookieCheck::NoCookie;
    const std::uint32_t bits = ack.options.echo - initial_timestamp_offset(world, net, ends);
    syn.options.has_timestamps = true;
    syn.options.timestamp = ack.options.timestamp;
    syn.options.sack_permitted = (bits & sack_bit) != 0;
    syn.options.has_window_scale = (bits & scale_bits) != no_scale;
    syn.options.window_scale = static_cast<std::uint8_t>(bits & scale_bits);
    if ((syn.options.sack_permitted && sysctls[Sysctl::TcpSack] == 0) ||
        (syn.options.has_window_scale && sysctls[Sysctl::TcpWindowScaling] == 0))
      return CookieCheck::NoCookie;
    if (!syn.options.has_window_scale) syn.options.window_scale = 0;
    const auto now = static_cast<std::uint32_t>(world.now / millisecond);
    round_trip = std::max<std::int64_t>(1, static_cast<std::int32_t>(now - bits)) * millisecond;
  }
  if (accept_queue_full(listener)) {
    const RecordNumber because = listener.filled_accept;
    step.count(net, Counter::TcpExtListenOverflows);
    step.count(net, Counter::TcpExtListenDrops);
    step.record(rec::PacketDropped{ack.sent, 0, ack.copy}, Reason::AcceptQueueFullCookie, because);
    return CookieCheck::Taken;
  }
  Request request = draft_request(world, listener_id, syn, *mss);
  request.iss = ack.ack - 1;
  open_child(step, listener_id, request, round_trip, ack, Reason::CookieReturned);
  return CookieCheck::Taken;
}

}  // namespace sockarium::tcp
