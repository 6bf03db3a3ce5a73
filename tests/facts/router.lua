-- A host with ip_forward=1 passes packets on: hops, traceroute, and a link behind it that takes less.
-- facts 8.6-01, 8.6-02, 8.6-03, 8.6-04, 8.6-05, 8.6-06
scenario { title = "router", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ping_group_range = { 0, 0 } } }
local near = host { name = "near", ip = "10.1.0.1", sysctl = { ip_forward = 1 } }
local far = host { name = "far", ip = "10.2.0.1", sysctl = { ip_forward = 1 } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, near, delay = "5ms" }
link { near, far, delay = "5ms" }
link { far, srv, delay = "5ms", mtu = 1000 }
route(cli, "10.2.0.0/16", near)
route(cli, "192.168.0.0/16", near)
route(near, "192.168.1.0/24", far)
route(near, "192.168.7.0/24", "prohibit")
route(near, "192.168.8.0/24", far)
route(far, "192.168.8.0/24", srv)
route(far, "10.0.0.0/24", near)
route(srv, "10.0.0.0/8", far)

local started, stories = 0.03, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn)
  stories[#stories + 1] = name
  process(cli, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + 0.35
end

process(srv, "echo", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(bind(fd, "0.0.0.0", 7))
  while true do
    local data, from = check(recvfrom(fd, 3000))
    check(sendto(fd, tostring(#data), from.ip, from.port))
  end
end)

story("through", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  is(5, sendto(fd, "hello", "srv", 7))
  is("5", recv(fd, 100))
end)

-- traceroute: one hop more each time, and who answers is read from the error queue.
story("traceroute", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  local way = {}
  for hops = 1, 5 do
    check(setsockopt(fd, IPPROTO_IP, IP_TTL, hops))
    sendto(fd, "probe", "srv", 33434)
    sleep("45ms")
    local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
    way[#way + 1] = message.error.offender .. "/" .. message.error.type
    if message.error.type == 3 then break end
    is("EHOSTUNREACH", message.error.name)
  end
  is("10.1.0.1/11 10.2.0.1/11 192.168.1.10/3", table.concat(way, " "))
end)

story("ping-with-few-hops", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))
  check(bind(fd, "0.0.0.0", 77))
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  local echo = string.pack(">BBI2I2I2", ICMP_ECHO, 0, 0, 0, 1) .. "ping"
  check(setsockopt(fd, IPPROTO_IP, IP_TTL, 2))
  is(12, sendto(fd, echo, "srv", 0))
  sleep("50ms")
  local data, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is("10.2.0.1", message.error.offender)
  is(12, #data)
  check(setsockopt(fd, IPPROTO_IP, IP_TTL, 3))
  is(12, sendto(fd, echo, "srv", 0))
  is(12, #recv(fd, 100))
end)

story("no-way-onward", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  is(1, sendto(fd, "x", "192.168.9.9", 9))
  sleep("50ms")
  local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is("ENETUNREACH", message.error.name)
  is("10.1.0.1", message.error.offender)
  is(1, sendto(fd, "x", "192.168.7.7", 9))
  sleep("50ms")
  _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is(13, message.error.code)
end)

story("too-long-onward", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(connect(fd, "srv", 7))
  is(1500, getsockopt(fd, IPPROTO_IP, IP_MTU))
  is(1400, send(fd, pattern(1400)))  -- with «don't fragment»: the router refuses it
  sleep("60ms")
  is("EMSGSIZE", send(fd, pattern(1400)))  -- told once
  is(1000, getsockopt(fd, IPPROTO_IP, IP_MTU))
  is(1400, send(fd, pattern(1400)))  -- in fragments now
  is("1400", recv(fd, 100))
end)

-- The path to srv is known to take 1,000 bytes; the link takes 1,500.
story("asks-the-link-alone", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  local function mode(number) check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, number)) end
  mode(IP_PMTUDISC_DO)
  is("EMSGSIZE", sendto(fd, pattern(1400), "srv", 7))
  mode(IP_PMTUDISC_PROBE)
  is(1400, sendto(fd, pattern(1400), "srv", 7))  -- with «don't fragment»: the router refuses it
  sleep("30ms")
  mode(4)  -- IP_PMTUDISC_INTERFACE
  is("EMSGSIZE", sendto(fd, pattern(1600), "srv", 7))
  is(1400, sendto(fd, pattern(1400), "srv", 7))
  is("1400", recv(fd, 100))
  mode(5)  -- IP_PMTUDISC_OMIT
  is(1400, sendto(fd, pattern(1400), "srv", 7))
  is("1400", recv(fd, 100))
end)

-- Most messages are limited to one a second; this one is not.
story("too-long-again-and-again", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  for i = 1, 10 do
    sendto(fd, pattern(1400), "192.168.8." .. i, 9)
    sleep("25ms")
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
  end
  for _ = 1, 10 do
    local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
    is("EMSGSIZE", message.error.name)
    is(1000, message.error.mtu)
  end
end)

story("cut-on-the-way", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT))
  is(1300, sendto(fd, pattern(1300), "srv", 7))
  is("1300", recv(fd, 100))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("routers count what they pass on, and what ends with them", function(w)
  return w:counter(near, "IpInHdrErrors") == 1 and w:counter(far, "IpInHdrErrors") == 2 and w:counter(far, "IpFragFails") == 12
         and w:counter(near, "IpForwDatagrams") > 10
end)
