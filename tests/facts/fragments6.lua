-- Datagrams of IPv6 longer than the link's MTU: only their sender cuts them, with a header for each part.
-- facts 8.9-14, 8.9-15, 8.9-16, 8.9-17, 8.9-18, 8.9-19
scenario { title = "fragments of IPv6", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "2001:db8::5", sysctl = { ping_group_range = { 0, 0 } } }
local srv = host { name = "srv", ip = "2001:db8:1::10", sysctl = { ip6frag_time = 1 } }
link { cli, srv, delay = "10ms", mtu = 1400 }
-- The second packet to lossy is lost: a fragment in the middle of a datagram.
local lossy = host { name = "lossy", ip = "2001:db8:3::10", sysctl = { ip6frag_time = 1 } }
local bad = link { cli, lossy, delay = "10ms", mtu = 1400 }
fault(bad, { from = cli, nth = 2, action = "drop" })
-- No link of IPv6 takes less than 1,280 bytes.
local small = host { name = "small", ip = { "2001:db8:4::10", "10.4.0.1" } }
link { cli, small, delay = "10ms", mtu = 1279 }

local function is(want, got, err) check((err or got) == want) end

local function receiver(where)
  process(where, where.name .. "-reads", function()
    local fd = check(socket(AF_INET6, SOCK_DGRAM))
    check(bind(fd, "::", 9000))
    while true do check(recv(fd, 65535)) end
  end)
end
receiver(srv)
receiver(lossy)

process(cli, "sends", { start = "30ms" }, function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  local function mode(number) return setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, number) end
  is(IPV6_PMTUDISC_WANT, getsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER))
  is(0, getsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG))
  is("ENOTCONN", getsockopt(fd, IPPROTO_IPV6, IPV6_MTU))
  is(1352, sendto(fd, pattern(1352), "srv", 9000))
  sleep("50ms")
  is(1353, sendto(fd, pattern(1353), "srv", 9000))
  sleep("50ms")
  is(3000, sendto(fd, pattern(3000), "srv", 9000))
  sleep("50ms")
  for _, number in ipairs { IPV6_PMTUDISC_DO, IPV6_PMTUDISC_PROBE, 4 } do
    check(mode(number))
    is("EMSGSIZE", sendto(fd, pattern(1353), "srv", 9000))
  end
  is(1352, sendto(fd, pattern(1352), "srv", 9000))
  sleep("50ms")
  check(mode(5))
  is(1353, sendto(fd, pattern(1353), "srv", 9000))
  is("EINVAL", mode(6))
  check(mode(IPV6_PMTUDISC_DONT))
  sleep("50ms")
  -- IPV6_DONTFRAG forbids them, too; with IPV6_RECVERR the error queue tells what would fit.
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  is("EMSGSIZE", sendto(fd, pattern(1353), "srv", 9000))
  local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is("EMSGSIZE", message.error.name)
  is(1400, message.error.mtu)
  is(SO_EE_ORIGIN_LOCAL, message.error.origin)
  is("::", message.error.offender)
  is(9000, message.from.port)  -- the port that it was for
  check(connect(fd, "srv", 9000))
  is(1400, getsockopt(fd, IPPROTO_IPV6, IPV6_MTU))
  is("ENETUNREACH", sendto(fd, "x", "2001:db8:4::10", 9))
  getpid()
end)

process(cli, "loses", { start = "600ms" }, function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  is(3500, sendto(fd, pattern(3500), "lossy", 9000))  -- its second fragment is lost
  sleep("50ms")
  is(3500, sendto(fd, pattern(3500), "lossy", 9000))
  check(poll({ { fd = fd, events = POLLIN } }, "2s"))  -- an error wakes it
  local data, message = check(recvmsg(fd, 2000, { flags = MSG_ERRQUEUE }))
  is(1176, #data)  -- of the first fragment, whose header takes eight of the 1,280 bytes
  is("EHOSTUNREACH 3 1", message.error.name .. " " .. message.error.type .. " " .. message.error.code)
  getpid()
end)

process(cli, "pings", { start = "950ms" }, function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6))
  check(bind(fd, "::", 55))
  local echo = string.pack(">BBI2I2I2", ICMP6_ECHO_REQUEST, 0, 0, 0, 1) .. string.rep("x", 2000)
  is(2008, sendto(fd, echo, "srv", 0))
  is(2008, #recv(fd, 3000))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  is("EMSGSIZE", sendto(fd, echo, "srv", 0))
  local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is(0x8000, message.from.port)  -- an echo's type and code stand where ports do
  getpid()
end)

-- Loopback takes 65,536 bytes with the header; what is longer goes in fragments there, too.
process(cli, "at-home", { start = "1150ms" }, function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(bind(fd, "::1", 9001))
  for _, length in ipairs { 65488, 65489, 65527 } do
    is(length, sendto(fd, pattern(length), "::1", 9001))
    is(length, #recv(fd, 65535))
  end
  is("EMSGSIZE", sendto(fd, pattern(65528), "::1", 9001))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_DONTFRAG, 1))
  is(65488, sendto(fd, pattern(65488), "::1", 9001))
  is("EMSGSIZE", sendto(fd, pattern(65489), "::1", 9001))
  getpid()
end)

for _, name in ipairs { "sends", "loses", "pings", "at-home" } do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("long datagrams come whole", function(w)
  local lengths = {}
  for _, call in ipairs(w:calls { process = "srv-reads", name = "recv" }) do lengths[#lengths + 1] = call.result end
  return table.concat(lengths, " ") == "1352 1353 3000 1352 1353"
end)
expect("without one of its parts a datagram is lost, and the sender is told after a while", function(w)
  local lengths = {}
  for _, call in ipairs(w:calls { process = "lossy-reads", name = "recv" }) do lengths[#lengths + 1] = call.result end
  return #lengths == 1 and w:counter(lossy, "Ip6ReasmFails") == 1 and w:counter(lossy, "Ip6ReasmTimeout") == 1
         and w:counter(cli, "Icmp6InTimeExcds") == 1
end)
expect("fragments are counted", function(w)
  return w:counter(srv, "Ip6ReasmReqds") == 9 and w:counter(srv, "Ip6ReasmOKs") == 4 and w:counter(srv, "IpReasmReqds") == 0
end)
