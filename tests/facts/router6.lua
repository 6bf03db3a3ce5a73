-- A host with net.ipv6.conf.all.forwarding=1 passes packets of IPv6 on, and cuts none: traceroute, and a link behind
-- it that takes less.
-- facts 8.9-26, 8.9-27, 8.9-28, 8.9-29, 8.9-30
scenario { title = "router of IPv6", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "2001:db8::5", sysctl = { ping_group_range = { 0, 0 } } }
local near = host { name = "near", ip = "2001:db8:1::1", sysctl = { ["net.ipv6.conf.all.forwarding"] = 1 } }
local far = host { name = "far", ip = "2001:db8:2::1", sysctl = { ["net.ipv6.conf.all.forwarding"] = 1 } }
local srv = host { name = "srv", ip = "2001:db8:3::10" }
link { cli, near, delay = "5ms" }
link { near, far, delay = "5ms" }
link { far, srv, delay = "5ms", mtu = 1300 }
route(cli, "2001:db8::/32", near)
route(near, "2001:db8:3::/48", far)
route(near, "2001:db8:7::/48", "prohibit")
route(near, "2001:db8:8::/48", "unreachable")
route(near, "2001:db8:9::/48", "blackhole")
route(far, "2001:db8::/48", near)
route(srv, "2001:db8::/32", far)

local started, stories = 0.03, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn)
  stories[#stories + 1] = name
  process(cli, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + 0.4
end
local function queued(fd) return recvmsg(fd, 2000, { flags = MSG_ERRQUEUE }) end

process(srv, "echo", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(bind(fd, "::", 7))
  while true do
    local data, from = check(recvfrom(fd, 3000))
    check(sendto(fd, tostring(#data), from.ip, from.port))
  end
end)

story("through", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  is(5, sendto(fd, "hello", "srv", 7))
  is("5", recv(fd, 100))
end)

-- traceroute -6: one hop more each time, and who answers is read from the error queue.
story("traceroute6", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  local way = {}
  for hops = 1, 5 do
    check(setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops))
    sendto(fd, "probe", "srv", 33434)
    sleep("45ms")
    local _, message = check(queued(fd))
    way[#way + 1] = message.error.offender .. "/" .. message.error.type
    if message.error.type == 1 then break end
    is("EHOSTUNREACH", message.error.name)
  end
  is("2001:db8:1::1/3 2001:db8:2::1/3 2001:db8:3::10/1", table.concat(way, " "))
end)

story("ping-with-few-hops", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6))
  check(bind(fd, "::", 77))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  local echo = string.pack(">BBI2I2I2", ICMP6_ECHO_REQUEST, 0, 0, 0, 1) .. "ping"
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 2))
  is(12, sendto(fd, echo, "srv", 0))
  sleep("50ms")
  local data, message = check(queued(fd))
  is("2001:db8:2::1", message.error.offender)
  is(0, message.from.port)
  is(12, #data)
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 3))
  is(12, sendto(fd, echo, "srv", 0))
  is(12, #recv(fd, 100))
end)

story("no-way-onward", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  for _, to in ipairs { "2001:db8:a::1", "2001:db8:7::1", "2001:db8:8::1", "2001:db8:9::1" } do
    is(1, sendto(fd, "x", to, 9))
    sleep("30ms")
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
  end
  for _, want in ipairs { "ENETUNREACH 0", "EACCES 1", "ENETUNREACH 0" } do
    local _, message = check(queued(fd))
    is(want, message.error.name .. " " .. message.error.code)
    is("2001:db8:1::1", message.error.offender)
  end
  is("EAGAIN", queued(fd))  -- a black hole says nothing
end)

story("too-long-onward", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(connect(fd, "srv", 7))
  is(1500, getsockopt(fd, IPPROTO_IPV6, IPV6_MTU))
  is(1400, send(fd, pattern(1400)))
  sleep("60ms")
  is("EMSGSIZE", send(fd, pattern(1400)))  -- told once
  is(1300, getsockopt(fd, IPPROTO_IPV6, IPV6_MTU))
  is(1400, send(fd, pattern(1400)))  -- in fragments now
  is("1400", recv(fd, 100))
end)

-- The path to srv is known to take 1,300 bytes; the link takes 1,500. No router cuts what is longer.
story("asks-the-link-alone", function()
  local fd = check(socket(AF_INET6, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, 1))
  local function mode(number) check(setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, number)) end
  mode(IPV6_PMTUDISC_DO)
  is("EMSGSIZE", sendto(fd, pattern(1400), "srv", 7))
  local _, message = check(queued(fd))
  is(1300, message.error.mtu)
  mode(IPV6_PMTUDISC_PROBE)
  is(1400, sendto(fd, pattern(1400), "srv", 7))
  sleep("30ms")
  _, message = check(queued(fd))
  is("EMSGSIZE 2 0 1300", table.concat({ message.error.name, message.error.type, message.error.code, message.error.mtu }, " "))
  is(0, getsockopt(fd, SOL_SOCKET, SO_ERROR))
  mode(4)  -- IPV6_PMTUDISC_INTERFACE
  is(1400, sendto(fd, pattern(1400), "srv", 7))
  sleep("30ms")
  is("EAGAIN", queued(fd))  -- what routers say is not heard
  mode(5)  -- IPV6_PMTUDISC_OMIT
  is(1400, sendto(fd, pattern(1400), "srv", 7))
  sleep("30ms")
  mode(IPV6_PMTUDISC_DONT)
  is(1400, sendto(fd, pattern(1400), "srv", 7))  -- cut to the path's MTU
  is("1400", recv(fd, 100))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("routers count what they pass on, and what ends with them", function(w)
  return w:counter(near, "Ip6InHdrErrors") == 1 and w:counter(far, "Ip6InHdrErrors") == 2 and w:counter(far, "Ip6FragFails") >= 3
         and w:counter(far, "Icmp6OutPktTooBigs") == w:counter(far, "Ip6FragFails") and w:counter(near, "Ip6OutForwDatagrams") > 10
end)
