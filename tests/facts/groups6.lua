-- Groups of IPv6: joined on an interface that has a number, and every link is a way to all of them.
-- facts 8.9-20, 8.9-21, 8.9-22, 8.9-23, 8.9-24, 8.9-25, 8.9-33
scenario { title = "groups of IPv6", limits = "", stop_at = "4s" }

local srv = host { name = "srv", ip = "2001:db8:1::10" }
local cli = host { name = "cli", ip = "2001:db8::5", sysctl = { ping_group_range = { 0, 0 } } }
link { cli, srv, delay = "10ms" }
local lone = host { name = "lone", ip = "2001:db8:9::9" }
local lo, wire = 1, 2  -- the first link comes after loopback

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(where, name, fn, takes)
  stories[#stories + 1] = name
  process(where, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + (takes or 0.15)
end
local function udp(port, all)
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1))
  if all == false then check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0)) end
  if port then check(bind(fd, "::", port)) end
  return fd
end
local function got(fd) return recv(fd, 100, MSG_DONTWAIT) end
local function breathe() sleep("4ms") end
local function joins(fd, group, interface) return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, { group, interface }) end
local function leaves(fd, group, interface) return setsockopt(fd, IPPROTO_IPV6, IPV6_LEAVE_GROUP, { group, interface }) end

story(cli, "joining", function()
  local fd = udp()
  is("ENODEV", joins(fd, "ff02::1:2", 9))
  is("EINVAL", joins(fd, "2001:db8::1", wire))
  is(true, joins(fd, "ff02::1:2", 0))  -- where the way to it leads
  is("EADDRINUSE", joins(fd, "ff02::1:2", wire))
  is(true, joins(fd, "ff02::1:2", lo))
  is("EADDRINUSE", joins(fd, "ff02::1:2", 0))
  breathe()
  is(true, leaves(fd, "ff02::1:2", wire))
  is("EADDRNOTAVAIL", leaves(fd, "ff02::1:2", wire))
  is(true, leaves(fd, "ff02::1:2", 0))  -- on whatever interface
  is("EADDRNOTAVAIL", leaves(fd, "ff02::1:2", 9))
  is("EINVAL", leaves(fd, "2001:db8::1", wire))
  is("EINVAL", joins(fd, "::ffff:224.1.1.1", wire))  -- a group of IPv4 is none of IPv6
  is("EINVAL", leaves(fd, "::ffff:224.1.1.1", wire))
  is("EINVAL", bind(udp(), "ff01::1", 704))  -- needs an interface like ff02::1
  is("EINVAL", connect(udp(), "ff01::1", 704))
  breathe()
  local tcp = check(socket(AF_INET6, SOCK_STREAM))
  is("EPROTO", joins(tcp, "ff02::1:2", wire))
  is("ENOPROTOOPT", setsockopt(tcp, IPPROTO_IPV6, IPV6_MULTICAST_IF, wire))
  is("ENOPROTOOPT", joins(check(socket(AF_INET, SOCK_DGRAM)), "ff02::1:2", wire))
end)
story(lone, "joined-on-loopback", function()
  local fd = udp()
  is(true, joins(fd, "ff02::77", lo))
  is("EADDRINUSE", joins(fd, "ff02::77", 0))
  is("ENODEV", joins(fd, "ff02::78", 0))  -- no way leads to it
  is(true, leaves(fd, "ff02::77", 0))
  is("EADDRNOTAVAIL", leaves(fd, "ff02::77", 0))
end)
story(cli, "options", function()
  local fd = udp()
  is(0, getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF))
  is(1, getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP))
  is(1, getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL))
  is("ENODEV", setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, 9))
  is(true, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, wire))
  is(wire, getsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF))
  is(true, setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, lo))
  is("ENETUNREACH", sendto(fd, "x", "ff02::1:2", 9))  -- loopback is no way to a group
end)
story(cli, "names", function()
  is("EINVAL", bind(udp(), "ff02::1:2", 705))  -- on which link?
  is(true, bind(udp(), "ff05::9", 705))
  is("EINVAL", connect(udp(), "ff02::1:2", 705))
  is(true, connect(udp(), "ff05::9", 705))
  local fd = udp()
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, wire))
  is(true, connect(fd, "ff02::1:2", 705))
end)
story(lone, "without-a-link", function()
  local fd = udp()
  is("ENODEV", joins(fd, "ff02::1:2", 0))
  is(true, joins(fd, "ff02::1:2", lo))
  is("ENETUNREACH", sendto(fd, "x", "ff02::1:2", 9))
end)

-- Across the link: srv listens, cli sends.
process(srv, "srv-listens", { start = started }, function()
  local member, all, none, on_lo = udp(703), udp(703), udp(703, false), udp(703, false)
  check(joins(member, "ff02::1:2", wire))
  check(joins(on_lo, "ff02::1:2", lo))  -- no matter where it has joined
  sleep("900ms")
  for _, text in ipairs { "one", "two", "no hop" } do
    is(text, got(member))
    is(text, got(all))
    is(text, got(on_lo))
  end
  is("everybody", got(member))
  is("everybody", got(all))
  for _, fd in ipairs { member, all, none, on_lo } do is("EAGAIN", got(fd)) end
  getpid()
end)
stories[#stories + 1] = "srv-listens"
started = started + 0.05
story(cli, "cli-sends", function()
  local own = udp(703, false)
  check(joins(own, "ff02::1:2", wire))
  local s = udp()
  is(3, sendto(s, "one", "ff02::1:2", 703))
  sleep("30ms")
  is("one", got(own))  -- it comes back to who has joined here
  check(setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0))
  is(3, sendto(s, "two", "ff02::1:2", 703))
  sleep("30ms")
  check(setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 0))
  is(6, sendto(s, "no hop", "ff02::1:2", 703))  -- without a copy for this host it leaves all the same
  sleep("30ms")
  is("EAGAIN", got(own))
  check(setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1))
  is(5, sendto(s, "stays", "ff02::1:2", 703))
  sleep("30ms")
  is("stays", got(own))
  check(setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1))
  is(9, sendto(s, "everybody", "ff02::1", 703))  -- all hosts are in it
  sleep("30ms")
  is("EAGAIN", got(own))
  is(6, sendto(s, "nobody", "ff05::77", 703))
  sleep("30ms")
  is(4, sendto(s, "host", "ff01::1", 703))  -- this scope ends in the host
  sleep("30ms")
end, 1)

story(cli, "pings-all", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6))
  check(bind(fd, "::", 55))
  local echo = string.pack(">BBI2I2I2", ICMP6_ECHO_REQUEST, 0, 0, 0, 1)
  is("EINVAL", sendto(fd, echo, "ff02::1", 0))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, wire))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0))
  is(8, sendto(fd, echo, "ff02::1", 0))
  local text, from = recvfrom(fd, 100)
  is("2001:db8:1::10", from.ip)  -- from the address of who answers
  is(8, sendto(fd, echo, "ff01::1", 0))  -- this scope ends in the host
  sleep("40ms")
  is("EAGAIN", got(fd))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
