-- Datagrams longer than the link's MTU: fragments, what forbids them, and what is left when one is lost.
-- facts 8.1-01, 8.1-02, 8.1-03, 8.1-04, 8.1-05, 8.1-06
scenario { title = "fragments", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ping_group_range = { 0, 0 } } }
local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { ipfrag_time = 1 } }
local wire = link { cli, srv, delay = "10ms", mtu = 1000 }
-- The second packet to lossy is lost: a fragment in the middle of a datagram.
local lossy = host { name = "lossy", ip = "192.168.3.10", sysctl = { ipfrag_time = 1 } }
local bad = link { cli, lossy, delay = "10ms", mtu = 1000 }
fault(bad, { from = cli, nth = 2, action = "drop" })

local function is(want, got, err) check((err or got) == want) end

local function receiver(where)
  process(where, where.name .. "-reads", function()
    local fd = check(socket(AF_INET, SOCK_DGRAM))
    check(bind(fd, "0.0.0.0", 9000))
    while true do check(recv(fd, 65535)) end
  end)
end
receiver(srv)
receiver(lossy)

process(cli, "sends", { start = "30ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  is(IP_PMTUDISC_WANT, getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER))
  is("ENOTCONN", getsockopt(fd, IPPROTO_IP, IP_MTU))
  is(972, sendto(fd, pattern(972), "srv", 9000))
  sleep("50ms")
  is(973, sendto(fd, pattern(973), "srv", 9000))
  sleep("50ms")
  is(3000, sendto(fd, pattern(3000), "srv", 9000))
  sleep("50ms")
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO))
  is("EMSGSIZE", sendto(fd, pattern(973), "srv", 9000))
  is(972, sendto(fd, pattern(972), "srv", 9000))
  sleep("50ms")
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE))
  is("EMSGSIZE", sendto(fd, pattern(973), "srv", 9000))
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT))
  is(973, sendto(fd, pattern(973), "srv", 9000))
  is("EINVAL", setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, 6))
  check(connect(fd, "srv", 9000))
  is(1000, getsockopt(fd, IPPROTO_IP, IP_MTU))
  sleep("50ms")
  -- With IP_RECVERR the error queue tells what would fit.
  check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO))
  is("EMSGSIZE", send(fd, pattern(2000)))
  local _, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
  is("EMSGSIZE", message.error.name)
  is(1000, message.error.mtu)
  getpid()
end)

process(cli, "loses", { start = "600ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  is(2500, sendto(fd, pattern(2500), "lossy", 9000))  -- its second fragment is lost
  sleep("50ms")
  is(2500, sendto(fd, pattern(2500), "lossy", 9000))
  sleep("1500ms")
  getpid()
end)

process(cli, "pings", { start = "850ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))
  check(bind(fd, "0.0.0.0", 55))
  local echo = string.pack(">BBI2I2I2", ICMP_ECHO, 0, 0, 0, 1) .. string.rep("x", 1500)
  is(1508, sendto(fd, echo, "srv", 0))
  is(1508, #recv(fd, 2000))
  getpid()
end)

for _, name in ipairs { "sends", "loses", "pings" } do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("long datagrams come whole", function(w)
  local lengths = {}
  for _, call in ipairs(w:calls { process = "srv-reads", name = "recv" }) do lengths[#lengths + 1] = call.result end
  return table.concat(lengths, " ") == "972 973 3000 972 973"
end)
expect("without one of its parts a datagram is lost, and the sender is told after a while", function(w)
  local lengths = {}
  for _, call in ipairs(w:calls { process = "lossy-reads", name = "recv" }) do lengths[#lengths + 1] = call.result end
  return #lengths == 1 and w:counter(lossy, "IpReasmFails") == 1 and w:counter(lossy, "IpReasmTimeout") == 1
         and w:counter(cli, "IcmpInTimeExcds") == 1
end)
expect("fragments are counted", function(w)
  return w:counter(cli, "IpFragOKs") == 6 and w:counter(cli, "IpFragCreates") == 16 and w:counter(srv, "IpReasmReqds") == 10
         and w:counter(srv, "IpReasmOKs") == 4
end)
