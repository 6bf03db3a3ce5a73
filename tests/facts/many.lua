-- One datagram for many: broadcast, and groups.
-- facts 8-08, 8-22, 8.2-01, 8.2-02, 8.2-03, 8.2-04, 8.2-05, 8.2-06, 8.2-07, 8.2-08
scenario { title = "one for many", limits = "", stop_at = "4s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local cli = host { name = "cli", ip = "10.0.0.5" }
local wire = link { cli, srv, delay = "10ms" }
route(cli, "224.0.0.0/4", wire)
route(cli, "255.255.255.255", wire)
route(srv, "224.0.0.0/4", wire)
local lone = host { name = "lone", ip = "192.168.9.9" }

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
local function udp(port, ip)
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1))
  check(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1))
  if port then check(bind(fd, ip or "0.0.0.0", port)) end
  return fd
end
local function got(fd) return recv(fd, 100, MSG_DONTWAIT) end
-- A real call takes longer than the model's: after some of them in a row the real run may catch up.
local function breathe() sleep("4ms") end

story(lone, "permission", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  is("EACCES", sendto(fd, "x", "127.255.255.255", 9))
  is("EACCES", connect(fd, "127.255.255.255", 9))
  is("ENETUNREACH", sendto(fd, "x", "255.255.255.255", 9))
  is(0, getsockopt(fd, SOL_SOCKET, SO_BROADCAST))
  check(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1))
  is(1, sendto(fd, "x", "127.255.255.255", 9))  -- nobody takes it, and nobody is told
  is("ENETUNREACH", sendto(fd, "x", "224.1.1.1", 9))
end)

story(lone, "copies", function()
  local any, other, exact, not_me = udp(700), udp(700), udp(700, "127.255.255.255"), udp(700, "127.0.0.1")
  breathe()
  local s = udp()
  is(3, sendto(s, "all", "127.255.255.255", 700))
  sleep("30ms")
  for _, fd in ipairs { any, other, exact } do is("all", got(fd)) end
  is("EAGAIN", got(not_me))
  is(3, sendto(s, "one", "127.0.0.1", 700))
  sleep("30ms")
  is("one", got(not_me))
  is("EAGAIN", got(any))
end)

story(lone, "reuseport", function()
  local group = {}
  for i = 1, 3 do
    group[i] = check(socket(AF_INET, SOCK_DGRAM))
    check(setsockopt(group[i], SOL_SOCKET, SO_REUSEPORT, 1))
    check(bind(group[i], "0.0.0.0", 701))
  end
  breathe()
  is(3, sendto(udp(), "all", "127.255.255.255", 701))
  sleep("30ms")
  for i = 1, 3 do is("all", got(group[i])) end
end)

local function joins(fd, group, interface)
  return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, interface and { group, interface } or group)
end
local function leaves(fd, group, interface)
  return setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, interface and { group, interface } or group)
end

story(lone, "joining", function()
  local fd = udp()
  is("ENODEV", joins(fd, "224.1.1.1"))
  is("ENODEV", joins(fd, "224.1.1.1", "10.9.9.9"))
  is("EINVAL", joins(fd, "10.1.1.1", "127.0.0.1"))
  is(true, joins(fd, "224.1.1.1", "127.0.0.1"))
  is("EADDRINUSE", joins(fd, "224.1.1.1", "127.0.0.1"))
  is("EADDRINUSE", joins(fd, "224.1.1.1", "192.168.9.9"))  -- the same interface
  is(true, leaves(fd, "224.1.1.1", "127.0.0.1"))
  is("EADDRNOTAVAIL", leaves(fd, "224.1.1.1", "127.0.0.1"))
  breathe()
  for i = 1, 20 do
    is(true, joins(fd, "224.1.2." .. i, "127.0.0.1"))
    if i % 5 == 0 then breathe() end
  end
  is("ENOBUFS", joins(fd, "224.1.2.21", "127.0.0.1"))
  local tcp = check(socket(AF_INET, SOCK_STREAM))
  is("EPROTO", joins(tcp, "224.1.1.1", "127.0.0.1"))
  breathe()
  is("EADDRNOTAVAIL", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, "10.9.9.9"))
  is("0.0.0.0", getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF))
  is(1, getsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL))
  is(1, getsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP))
  is(1, getsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL))
  breathe()
  is(64, getsockopt(fd, IPPROTO_IP, IP_TTL))
  is("EINVAL", setsockopt(fd, IPPROTO_IP, IP_TTL, 0))
  is("EINVAL", setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, 256))
  is(true, setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, -1))
  is("EINVAL", setsockopt(tcp, IPPROTO_IP, IP_MULTICAST_TTL, 1))
end)

story(lone, "on-loopback", function()
  local member, all, none, other = udp(702), udp(702), udp(702), udp(702)
  check(joins(member, "224.1.1.1", "127.0.0.1"))
  check(joins(other, "224.2.2.2", "127.0.0.1"))
  check(setsockopt(none, IPPROTO_IP, IP_MULTICAST_ALL, 0))
  check(setsockopt(other, IPPROTO_IP, IP_MULTICAST_ALL, 0))
  breathe()
  local s = check(socket(AF_INET, SOCK_DGRAM))  -- a group needs no permission
  check(setsockopt(s, IPPROTO_IP, IP_MULTICAST_IF, "127.0.0.1"))
  is("127.0.0.1", getsockopt(s, IPPROTO_IP, IP_MULTICAST_IF))
  is(2, sendto(s, "hi", "224.1.1.1", 702))
  sleep("30ms")
  is("hi", got(member))
  is("hi", got(all))  -- somebody here has joined, and it listens to all groups
  is("EAGAIN", got(none))
  is("EAGAIN", got(other))
  check(leaves(member, "224.1.1.1", "127.0.0.1"))
  is(2, sendto(s, "ho", "224.1.1.1", 702))
  sleep("30ms")
  is("EAGAIN", got(member))
  is("EAGAIN", got(all))
end)

-- Across the link: srv listens, cli sends.
process(srv, "srv-listens", { start = started }, function()
  local member, all = udp(703), udp(703, "224.1.1.1")
  check(joins(member, "224.1.1.1"))
  local bystander = udp(704)
  sleep("400ms")
  is("one", got(member))
  is("one", got(all))
  is("two", got(member))
  is("EAGAIN", got(member))
  is("to all", got(bystander))
  is("EAGAIN", got(bystander))
  getpid()
end)
stories[#stories + 1] = "srv-listens"
started = started + 0.05
story(cli, "cli-sends", function()
  local own, mine = udp(703), udp(704)
  check(joins(own, "224.1.1.1"))
  local s = udp()
  is(3, sendto(s, "one", "224.1.1.1", 703))
  sleep("30ms")
  is("one", got(own))  -- it comes back to who has joined here
  check(setsockopt(s, IPPROTO_IP, IP_MULTICAST_LOOP, 0))
  is(3, sendto(s, "two", "224.1.1.1", 703))
  sleep("30ms")
  is("EAGAIN", got(own))
  check(setsockopt(s, IPPROTO_IP, IP_MULTICAST_TTL, 0))
  check(setsockopt(s, IPPROTO_IP, IP_MULTICAST_LOOP, 1))
  is(5, sendto(s, "three", "224.1.1.1", 703))  -- no hop: it does not leave
  sleep("30ms")
  is("three", got(own))
  is(6, sendto(s, "to all", "255.255.255.255", 704))
  sleep("30ms")
  is("to all", got(mine))
  is(6, sendto(s, "nobody", "224.3.3.3", 704))  -- nobody has joined: the other end does not take it
  sleep("30ms")
end, 0.6)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
