-- AF_PACKET: what tcpdump and its like hear, and where on a packet's way they listen.
-- facts 8.7-01, 8.7-02, 8.7-03, 8.7-04, 8.7-05, 8.7-06, 8.7-08, 8.7-09, 8.7-10, 8.7-11, 8.7-12, 8.7-13
-- facts 8.7-14, 8.7-15, 8.7-16, 8.7-17, 8.7-18, 8.7-19, 8.7-20, 8.7-21
scenario { title = "packet sockets", limits = "", stop_at = "6s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
local lone = host { name = "lone", ip = "192.168.9.9" }
local gate = host { name = "gate", ip = "10.9.0.1", sysctl = { ip_forward = 1 } }
local far = host { name = "far", ip = "10.9.9.9" }
local near = host { name = "near", ip = "10.9.1.1" }
local wire = link { cli, srv, delay = "10ms" }
link { near, gate, delay = "5ms" }
link { gate, far, delay = "5ms" }
route(near, "10.9.9.9", gate)
route(far, "10.9.1.1", gate)
route(cli, "224.0.0.0/4", wire)
route(cli, "255.255.255.255", wire)

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(where, name, fn, options)
  stories[#stories + 1] = name
  options = options or {}
  process(where, name, { start = started, user = options.user }, function()
    fn()
    getpid()
  end)
  started = started + (options.takes or 0.15)
end
-- A real call takes longer than the model's: after some of them in a row the real run may catch up.
local function breathe() sleep("4ms") end
local function tap(interface, type, protocol)
  local fd = check(socket(AF_PACKET, type or SOCK_RAW, htons(protocol or ETH_P_ALL)))
  if interface then check(bind(fd, { interface = interface })) end
  return fd
end
local function udp(port)
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, 1))
  if port then check(bind(fd, "0.0.0.0", port)) end
  return fd
end
local function hears(fd, type, size, text)
  local data, from = check(recvfrom(fd, 65535, MSG_DONTWAIT))
  is(type, from.type)
  is(size, #data)
  local packet = dissect(data)
  if text then is(text, packet.data) end
  return packet, from, data
end
local function silent(fd) is("EAGAIN", recv(fd, 100, MSG_DONTWAIT)) end

story(lone, "plain", function()
  for _, type in ipairs { SOCK_RAW, SOCK_DGRAM, SOCK_STREAM } do
    is("EPERM", socket(AF_PACKET, type, htons(ETH_P_ALL)))
  end
  is("EINVAL", socket(AF_PACKET, 11, 0))
end, { user = 1000 })

story(lone, "kinds", function()
  for _, type in ipairs { SOCK_STREAM, SOCK_RDM, SOCK_SEQPACKET } do
    is("ESOCKTNOSUPPORT", socket(AF_PACKET, type, htons(ETH_P_ALL)))
  end
  local unswapped = check(socket(AF_PACKET, SOCK_RAW, ETH_P_ALL))  -- a classic: without htons
  local mute = check(socket(AF_PACKET, SOCK_RAW, 0))
  local all = tap(nil)
  breathe()
  check(sendto(udp(), "one", "127.0.0.1", 9))
  sleep("20ms")
  silent(unswapped)
  silent(mute)
  hears(all, PACKET_OUTGOING, 45, "one")
  hears(all, PACKET_HOST, 45, "one")
  breathe()
  check(bind(mute, { interface = "lo" }))  -- a device alone is not enough
  check(sendto(udp(), "two", "127.0.0.1", 9))
  sleep("20ms")
  silent(mute)
  check(bind(mute, { protocol = ETH_P_ALL }))
  check(sendto(udp(), "three", "127.0.0.1", 9))
  sleep("20ms")
  hears(mute, PACKET_OUTGOING, 47, "three")
end, { takes = 0.25 })

story(lone, "loopback", function()
  local raw, cooked, ip, ipv6 = tap("lo"), tap("lo", SOCK_DGRAM), tap("lo", SOCK_RAW, ETH_P_IP),
                                tap("lo", SOCK_RAW, ETH_P_IPV6)
  local port = udp(9000)
  breathe()
  check(sendto(udp(), "datagram", "127.0.0.1", 9000))
  sleep("20ms")
  local _, from, data = hears(raw, PACKET_OUTGOING, 50, "datagram")
  is("lo", from.interface)
  is(ARPHRD_LOOPBACK, from.hardware)
  is(ETH_P_IP, from.protocol)
  is("00:00:00:00:00:00", from.address)
  is(string.rep("\0", 12) .. "\8\0", data:sub(1, 14))
  hears(raw, PACKET_HOST, 50)
  hears(cooked, PACKET_OUTGOING, 36)
  hears(cooked, PACKET_HOST, 36)
  breathe()
  hears(ip, PACKET_HOST, 50)  -- a tap for one protocol does not hear what leaves
  silent(ip)
  silent(ipv6)
  silent(raw)
  local six = check(socket(AF_INET6, SOCK_DGRAM))
  check(sendto(six, "six", "::1", 9001))
  sleep("20ms")
  local packet, sender = hears(ipv6, PACKET_HOST, 65, "six")
  is("::1", packet.dst)
  is(ETH_P_IPV6, sender.protocol)
end, { takes = 0.2 })

story(srv, "listens-at-srv", function()
  local fd, ip = tap("eth0"), tap("eth0", SOCK_DGRAM, ETH_P_IP)
  local port = udp(9000)
  is("data", recv(port, 100))
  sleep("20ms")
  local packet, from = hears(fd, PACKET_HOST, 46, "data")
  is("10.0.0.5", packet.src)
  is(9000, packet.to)
  is("02:00:00:00:00:00", from.address)  -- the sender's
  is(ARPHRD_ETHER, from.hardware)
  hears(ip, PACKET_HOST, 32)
end, { takes = 0.02 })
story(cli, "listens-at-cli", function()
  local fd, cooked = tap("eth0"), tap("eth0", SOCK_DGRAM)
  breathe()
  check(sendto(udp(), "data", "srv", 9000))
  sleep("50ms")
  local _, from, data = hears(fd, PACKET_OUTGOING, 46, "data")
  is("eth0", from.interface)
  is("02:00:00:00:00:00", from.address)  -- its own
  is("\2\0\0\0\0\1\2\0\0\0\0\0\8\0", data:sub(1, 14))
  hears(cooked, PACKET_OUTGOING, 32)
  silent(fd)
end)

story(srv, "handshake-server", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  local c = check(accept(fd))
  is("", recv(c, 100))
  sleep("80ms")
end)
story(cli, "handshake", function()
  local fd = tap("eth0", SOCK_DGRAM)
  local c = check(socket(AF_INET, SOCK_STREAM))
  check(connect(c, "srv", 80))
  sleep("20ms")
  is("S", hears(fd, PACKET_OUTGOING, 60).flags)
  is("SA", hears(fd, PACKET_HOST, 60).flags)
  is("A", hears(fd, PACKET_OUTGOING, 52).flags)
  silent(fd)
  close(fd)
  breathe()
end, { takes = 0.3 })

story(srv, "pieces-server", function()
  local fd = tap("eth0", SOCK_DGRAM)
  local port = udp(9000)
  is(3000, #recv(port, 4000))
  sleep("10ms")
  is(true, hears(fd, PACKET_HOST, 1500).fragment.more)
  is(1480, hears(fd, PACKET_HOST, 1500).fragment.offset)
  is(false, hears(fd, PACKET_HOST, 68).fragment.more)
  silent(fd)  -- never the whole
end, { takes = 0.02 })
story(cli, "pieces", function() check(sendto(udp(), string.rep("x", 3000), "srv", 9000)) end)

story(cli, "for-many", function()
  local fd = tap("eth0")
  check(sendto(udp(), "group", "239.1.1.1", 9001))
  check(sendto(udp(), "all", "255.255.255.255", 9001))
  sleep("30ms")
  local _, _, data = hears(fd, PACKET_OUTGOING, 47, "group")
  is("\1\0\x5e\1\1\1", data:sub(1, 6))
  local _, _, other = hears(fd, PACKET_OUTGOING, 45, "all")
  is("\255\255\255\255\255\255", other:sub(1, 6))
end)
story(srv, "for-many-server", function()
  local fd = tap("eth0")
  sleep("10ms")
  check(sendto(udp(), "home", "192.168.1.10", 9))  -- goes over loopback
  sleep("30ms")
  silent(fd)
end)

story(far, "behind-a-router", function() udp(9000) sleep("200ms") end, { takes = 0.01 })
story(gate, "router", function()
  local all, ip = tap(nil, SOCK_DGRAM), tap(nil, SOCK_DGRAM, ETH_P_IP)
  sleep("100ms")
  local packet, from = hears(all, PACKET_HOST, 31, "way")
  is("eth0", from.interface)
  is(64, packet.ttl)
  packet, from = hears(all, PACKET_OUTGOING, 31, "way")
  is("eth1", from.interface)
  is(63, packet.ttl)
  hears(ip, PACKET_HOST, 31)
  silent(ip)
end, { takes = 0.02 })
story(near, "through-a-router", function() check(sendto(udp(), "way", "10.9.9.9", 9000)) end)

story(lone, "names", function()
  local fd = tap(nil)
  is("any", getsockname(fd).interface)
  is(ETH_P_ALL, getsockname(fd).protocol)
  is("ENODEV", bind(fd, { interface = "eth7" }))
  is("any", getsockname(fd).interface)
  is("EINVAL", bind(fd, "127.0.0.1", 80))
  is(true, bind(fd, { interface = "lo", protocol = ETH_P_IP }))
  is("lo", getsockname(fd).interface)
  is(ETH_P_IP, getsockname(fd).protocol)
  breathe()
  is(true, bind(fd, { interface = "lo" }))
  is(ETH_P_IP, getsockname(fd).protocol)  -- kept
  is("EOPNOTSUPP", getpeername(fd))
  is("EOPNOTSUPP", connect(fd, "127.0.0.1", 80))
  is("EOPNOTSUPP", listen(fd, 5))
  is("EOPNOTSUPP", accept(fd))
  is("EOPNOTSUPP", shutdown(fd, SHUT_RDWR))
  is("EOPNOTSUPP", socketpair(AF_PACKET, SOCK_RAW))
  breathe()
  is("ENXIO", send(tap(nil), "no device"))
end)

story(lone, "reading", function()
  local fd = tap("lo", SOCK_DGRAM, ETH_P_IP)
  is(0, ioctl(fd, FIONREAD))
  is(0, ioctl(fd, SIOCOUTQ))
  is("ENOTTY", ioctl(fd, SIOCATMARK))
  for _, flag in ipairs { MSG_OOB, MSG_WAITALL, MSG_NOSIGNAL } do is("EINVAL", recv(fd, 10, flag)) end
  is("EAGAIN", recv(fd, 10, MSG_ERRQUEUE))
  breathe()
  local port = udp(9007)
  for i = 1, 4 do check(sendto(udp(), "number " .. i, "127.0.0.1", 9007)) end
  sleep("30ms")
  is(36, ioctl(fd, FIONREAD))
  is(36, #recv(fd, 100, MSG_PEEK))
  local data, _, flags = recvfrom(fd, 30)  -- the rest is lost
  is(30, #data)
  is(MSG_TRUNC, flags)
  local _, whole = recv(fd, 30, MSG_TRUNC)
  is(36, whole)
  breathe()
  is("", read(fd, 0))  -- takes none
  is("number 3", dissect(read(fd, 100)).data)
  is("", recv(fd, 0))  -- takes one
  silent(fd)
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, "30ms"))
  is("EAGAIN", recv(fd, 100))
end, { takes = 0.3 })

story(lone, "events", function()
  local fd = tap("lo")
  local set = select(2, poll({ { fd = fd, events = POLLIN | POLLOUT } }, "0ms"))
  is(POLLOUT, set[1].revents)
  check(sendto(udp(), "x", "127.0.0.1", 9))
  sleep("20ms")
  set = select(2, poll({ { fd = fd, events = POLLIN | POLLOUT } }, "0ms"))
  is(POLLIN | POLLOUT, set[1].revents)
end)

story(lone, "options", function()
  local fd = tap("lo", SOCK_DGRAM)
  is(2, getsockopt(fd, SOL_SOCKET, SO_TYPE))
  is(3, getsockopt(tap(nil), SOL_SOCKET, SO_TYPE))
  is(0, getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN))
  is(212992, getsockopt(fd, SOL_SOCKET, SO_RCVBUF))
  is(true, setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 4096))
  is(8192, getsockopt(fd, SOL_SOCKET, SO_RCVBUF))
  is("EOPNOTSUPP", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1))
  breathe()
  is("ENOPROTOOPT", getsockopt(fd, IPPROTO_IP, IP_TTL))
  is("ENOPROTOOPT", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, 1))
  is("ENOPROTOOPT", setsockopt(fd, SOL_PACKET, PACKET_STATISTICS, 1))
  is("ENOPROTOOPT", getsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP))
  is(true, setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, { interface = "lo", type = PACKET_MR_PROMISC }))
  is("ENODEV", setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, { interface = "eth5", type = PACKET_MR_PROMISC }))
  is("EOPNOTSUPP", getsockopt(udp(), SOL_PACKET, PACKET_STATISTICS))
  breathe()
  is("EINVAL", setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 2))
  is(true, setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1))
  is(1, getsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING))
  check(sendto(udp(), "x", "127.0.0.1", 9003))
  sleep("20ms")
  hears(fd, PACKET_HOST, 29)
  hears(fd, PACKET_HOST, 57)  -- nobody has the port
  silent(fd)
end)

story(lone, "counting", function()
  local fd = tap("lo")
  local port = udp(9004)
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 4096))  -- room for ten: what is not full takes one more
  local s = udp()
  breathe()
  for i = 1, 10 do check(sendto(s, "0123456789", "127.0.0.1", 9004)) end
  sleep("30ms")
  local count = getsockopt(fd, SOL_PACKET, PACKET_STATISTICS)
  is(20, count.packets)  -- those that it missed, too
  is(10, count.drops)
  is(0, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS).packets)  -- asking sets it back
end, { takes = 0.2 })

story(lone, "filter", function()
  local fd, cooked, short = tap("lo"), tap("lo", SOCK_DGRAM), tap("lo", SOCK_DGRAM, ETH_P_IP)
  local port, other = udp(9005), udp(9006)
  check(sendto(udp(), "before", "127.0.0.1", 9006))
  sleep("10ms")
  is("EINVAL", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, "\6\0\0\0"))  -- half an instruction
  is("EINVAL", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, "\0\0\0\0\1\0\0\0"))  -- does not return
  is("ENOENT", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, 0))
  is(true, setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, bpf("udp port 9005", "ethernet")))
  is(true, setsockopt(cooked, SOL_SOCKET, SO_ATTACH_FILTER, bpf("udp port 9005")))
  is(true, setsockopt(short, SOL_SOCKET, SO_ATTACH_FILTER, "\6\0\0\0\20\0\0\0"))  -- 20 bytes of each
  breathe()
  hears(fd, PACKET_OUTGOING, 48, "before")  -- what waits already stays
  hears(fd, PACKET_HOST, 48)
  check(recv(cooked, 100))
  check(recv(cooked, 100))
  check(recv(short, 100))
  check(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS))
  breathe()
  check(sendto(udp(), "wanted", "127.0.0.1", 9005))
  check(sendto(udp(), "other", "127.0.0.1", 9006))
  sleep("20ms")
  hears(fd, PACKET_OUTGOING, 48, "wanted")
  hears(fd, PACKET_HOST, 48)
  silent(fd)
  is(2, getsockopt(fd, SOL_PACKET, PACKET_STATISTICS).packets)  -- what is refused does not count
  hears(cooked, PACKET_OUTGOING, 34, "wanted")
  breathe()
  local data, _, flags = recvfrom(short, 100)
  is(20, #data)
  is(0, flags)  -- it is cut, and nobody says so
  is(20, ioctl(short, FIONREAD))
  is(true, setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, 0))
  check(sendto(udp(), "other", "127.0.0.1", 9006))
  sleep("20ms")
  hears(fd, PACKET_OUTGOING, 47, "other")
end, { takes = 0.3 })

story(lone, "elsewhere", function()
  local fd = tap("lo")
  check(sendto(udp(), "x", "127.0.0.1", 9))
  sleep("20ms")
  check(bind(fd, { protocol = ETH_P_IPV6 }))
  hears(fd, PACKET_OUTGOING, 43)  -- what waits already stays
  check(sendto(udp(), "y", "127.0.0.1", 9))
  sleep("20ms")
  hears(fd, PACKET_HOST, 43, "x")
  local icmp = hears(fd, PACKET_OUTGOING, 71)
  is(3, icmp.icmp.type)
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
