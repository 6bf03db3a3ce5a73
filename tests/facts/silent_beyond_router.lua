-- A router's neighbour does not answer: who sent the packet hears it from the router.
-- fact 5.1-20
scenario { title = "silent beyond a router", limits = "", stop_at = "5s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ping_group_range = { 0, 0 } } }
local gate = host { name = "gate", ip = "10.1.0.1", sysctl = { ip_forward = 1 } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, gate, delay = "5ms" }
local wire = link { gate, srv, delay = "5ms" }
route(cli, "192.168.1.0/24", gate)
route(gate, "192.168.1.0/24", wire)

local function story(name, start, protocol, data, to)
  process(cli, name, { start = start }, function()
    local fd = check(socket(AF_INET, SOCK_DGRAM, protocol))
    check(bind(fd, "0.0.0.0", 77))
    check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1))
    check(sendto(fd, data, to, 9))
    local _, set = check(poll({ { fd = fd, events = POLLIN } }, "4s"))
    check(set[1].revents == POLLERR)
    local head, message = check(recvmsg(fd, 100, { flags = MSG_ERRQUEUE }))
    check(#head == #data)
    check(message.error.name == "EHOSTUNREACH")
    check(message.error.type == 3)
    check(message.error.code == 1)
    check(message.error.offender == "10.1.0.1")
    getpid()
  end)
  expect(name .. " is told", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
story("writes", "1ms", IPPROTO_UDP, "hello", "192.168.1.99")
story("pings", "51ms", IPPROTO_ICMP, string.pack(">BBI2I2I2", ICMP_ECHO, 0, 0, 0, 1) .. "ping", "192.168.1.98")
