-- IPV6_RECVERR: the errors of ICMPv6 have numbers and meanings of their own, and how many come has another bound.
-- facts 8.9-01, 8.9-02, 8.9-03, 8.9-04, 8.9-05, 8.9-06, 8.9-31, 8.9-32
scenario { title = "error queue of IPv6", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = { "2001:db8::5", "10.0.0.5" } }
local srv = host { name = "srv", ip = { "2001:db8:1::10", "192.168.1.10" } }
link { cli, srv, delay = "10ms" }
filter(srv, "reject", { proto = "udp", port = 71, with = "host" })
filter(srv, "reject", { proto = "udp", port = 72, with = "admin" })
filter(srv, "reject", { proto = "udp", port = 73, with = "net" })

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn, takes)
  stories[#stories + 1] = name
  process(cli, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + (takes or 0.3)
end
local function udp(errors)
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  if errors then check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1)) end
  return fd
end
local function queued(fd, size) return recvmsg(fd, size or 100, { flags = MSG_ERRQUEUE }) end

story("unconnected", function()
  local fd = udp()
  is(0, getsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  is(0, getsockopt(fd, IPPROTO_IP, IP_RECVERR))
  is("EAGAIN", queued(fd))
  is(5, sendto(fd, "hello", "srv", 9))
  sleep("50ms")
  local _, set = check(poll({ { fd = fd, events = POLLIN | POLLOUT } }, 0))
  is(POLLOUT | POLLERR, set[1].revents)
  is("ECONNREFUSED", sendto(fd, "again", "srv", 9))
  local data, message = check(queued(fd))
  is("hello", data)
  is("2001:db8:1::10", message.from.ip)
  is(9, message.from.port)
  is("ECONNREFUSED", message.error.name)
  is(SO_EE_ORIGIN_ICMP6, message.error.origin)
  is(1, message.error.type)
  is(4, message.error.code)
  is("2001:db8:1::10", message.error.offender)
  is(MSG_ERRQUEUE, message.flags)
  is("EAGAIN", queued(fd))
end)

story("taken-back", function()
  local fd = udp(true)
  is(1, sendto(fd, "x", "srv", 9))
  sleep("50ms")
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 0))  -- what waited goes with it
  is("EAGAIN", queued(fd))
end)
-- A socket of both families keeps to the one of its name.
story("one-family", function()
  local mapped, plain = udp(), udp()
  check(bind(mapped, "::ffff:10.0.0.5", 0))
  check(bind(plain, "2001:db8::5", 0))
  is("EAFNOSUPPORT", sendto(mapped, "x", "2001:db8:1::10", 9))
  is("EAFNOSUPPORT", connect(mapped, "2001:db8:1::10", 9))
  is("ENETUNREACH", sendto(plain, "x", "::ffff:192.168.1.10", 9))
  is("ENETUNREACH", connect(plain, "::ffff:192.168.1.10", 9))
  local tcp = check(socket(AF_INET6, SOCK_STREAM))
  check(bind(tcp, "::ffff:10.0.0.5", 0))
  is("EAFNOSUPPORT", connect(tcp, "2001:db8:1::10", 9))
end)

-- Another family, other options: what travels by IPv4 obeys those of IPPROTO_IP.
story("by-ipv4", function()
  local fd = udp(true)
  is(2, sendto(fd, "v4", "::ffff:192.168.1.10", 9))
  sleep("50ms")
  is("EAGAIN", queued(fd))
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 0))
  is(2, sendto(fd, "v4", "::ffff:192.168.1.10", 9))
  sleep("50ms")
  local data, message = check(queued(fd))
  is("v4", data)
  is("::ffff:192.168.1.10", message.from.ip)
  is(SO_EE_ORIGIN_ICMP, message.error.origin)
  is(3, message.error.type)
  is(3, message.error.code)
  is("::ffff:192.168.1.10", message.error.offender)
  is(2, sendto(fd, "v6", "2001:db8:1::10", 9))
  sleep("50ms")
  is("EAGAIN", queued(fd))
end)

-- Without IPV6_RECVERR a socket with a peer learns what will not pass by itself.
story("fatal-or-not", function()
  local told = { [9] = "ECONNREFUSED", [71] = 0, [72] = "EACCES", [73] = 0 }
  for _, port in ipairs { 9, 71, 72, 73 } do
    local fd = udp()
    check(connect(fd, "srv", port))
    is(1, send(fd, "x"))
    sleep("50ms")
    is(told[port], getsockopt(fd, SOL_SOCKET, SO_ERROR))
  end
end)
story("all-of-them", function()
  local fd = udp(true)
  for _, port in ipairs { 71, 72, 73 } do
    is(3, sendto(fd, "say", "srv", port))
    sleep("30ms")
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
  end
  for _, want in ipairs { "EHOSTUNREACH 1 3", "EACCES 1 1", "ENETUNREACH 1 0" } do
    local _, message = check(queued(fd))
    is(want, message.error.name .. " " .. message.error.type .. " " .. message.error.code)
  end
end)

story("cut", function()
  local fd = udp(true)
  is(10, sendto(fd, "0123456789", "srv", 9))
  sleep("50ms")
  local data, message = check(queued(fd, 4))
  is("0123", data)
  is(MSG_ERRQUEUE | MSG_TRUNC, message.flags)
  is(1300, sendto(fd, pattern(1300), "srv", 9))  -- the message has 1,280 bytes at most
  sleep("50ms")
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  is(1184, #queued(fd, 2000))
end)

story("hops", function()
  local fd = udp()
  local function hops(n) return setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, n) end
  is(64, getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
  is(1, getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS))
  is("EINVAL", hops(256))
  is("EINVAL", hops(-2))
  is("EINVAL", setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 256))
  is(true, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0))
  is(true, hops(7))
  is(64, getsockopt(fd, IPPROTO_IP, IP_TTL))
  check(setsockopt(fd, IPPROTO_IP, IP_TTL, 9))
  sleep("5ms")
  is(2, sendto(fd, "v6", "srv", 9))
  is(2, sendto(fd, "v4", "::ffff:192.168.1.10", 9))
  is(true, hops(0))  -- none is needed for the neighbour
  is(4, sendto(fd, "none", "srv", 9))
  is(true, hops(-1))
  is(64, getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
  sleep("30ms")
  local four = check(socket(AF_INET, SOCK_DGRAM))
  is("ENOPROTOOPT", setsockopt(four, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7))
  is("EOPNOTSUPP", getsockopt(four, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
  is("EOPNOTSUPP", getsockopt(four, IPPROTO_IPV6, IPV6_V6ONLY))
  local tcp = check(socket(AF_INET6, SOCK_STREAM))
  is(true, setsockopt(tcp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7))
  is(7, getsockopt(tcp, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
  is("ENOPROTOOPT", setsockopt(tcp, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 7))
end)

-- Six at once, then ten a second: IPv4 has one a second.
story("how-many", function()
  local fd = udp(true)
  for i = 1, 60 do
    sendto(fd, "x", "srv", 1000 + i)
    sleep("8ms")
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
  end
  sleep("30ms")
  local count = 0
  while queued(fd) do count = count + 1 end
  is(true, count > 8 and count < 13)
end, 0.9)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("the messages of IPv6 have counters of their own", function(w)
  return w:counter(srv, "Icmp6OutDestUnreachs") > 10 and w:counter(cli, "Icmp6InDestUnreachs") > 10
         and w:counter(cli, "IcmpInMsgs") == 3
end)
