-- IP_RECVERR: ICMP errors wait in a queue of their own, with what they are about.
-- facts 8.4-01, 8.4-02, 8.4-03, 8.4-04, 8.4-05, 8.4-06
scenario { title = "error queue", limits = "", stop_at = "3s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
filter(srv, "reject", { proto = "udp", port = 71, with = "host" })
filter(srv, "reject", { proto = "udp", port = 72, with = "admin" })

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn)
  stories[#stories + 1] = name
  process(cli, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + 0.25
end
local function udp(errors)
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  if errors then check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1)) end
  return fd
end
local function queued(fd) return recvmsg(fd, 100, { flags = MSG_ERRQUEUE }) end

story("unconnected", function()
  local fd = udp(true)
  is("EAGAIN", queued(fd))
  is(5, sendto(fd, "hello", "srv", 9))
  sleep("50ms")
  local _, set = check(poll({ { fd = fd, events = POLLIN | POLLOUT } }, 0))
  is(POLLOUT | POLLERR, set[1].revents)
  is("ECONNREFUSED", sendto(fd, "again", "srv", 9))  -- who asks is told, peer or not
  local data, message = check(queued(fd))
  is("hello", data)
  is("192.168.1.10", message.from.ip)
  is(9, message.from.port)
  is("ECONNREFUSED", message.error.name)
  is(3, message.error.type)
  is(3, message.error.code)
  is("192.168.1.10", message.error.offender)
  is(MSG_ERRQUEUE, message.flags)
  is("EAGAIN", queued(fd))
  is(5, sendto(fd, "again", "srv", 9))
  sleep("50ms")
end)

story("two-errors", function()
  local fd = udp(true)
  is(3, sendto(fd, "one", "srv", 71))
  sleep("30ms")
  is("EHOSTUNREACH", getsockopt(fd, SOL_SOCKET, SO_ERROR))
  is(3, sendto(fd, "two", "srv", 9))
  sleep("30ms")
  local data, message = check(queued(fd))
  is("one", data)
  is("EHOSTUNREACH", message.error.name)
  is(1, message.error.code)
  is("ECONNREFUSED", recv(fd, 10, MSG_DONTWAIT))
  data, message = check(queued(fd))
  is("two", data)
  is("EAGAIN", recv(fd, 10, MSG_DONTWAIT))
end)

story("not-fatal", function()
  local fd = udp()
  check(connect(fd, "srv", 71))
  is(1, send(fd, "x"))
  sleep("50ms")
  is(1, send(fd, "x"))  -- «host unreachable» may pass: not told
  sleep("50ms")
  is(0, getsockopt(fd, SOL_SOCKET, SO_ERROR))
  local other = udp()
  check(connect(other, "srv", 72))
  is(1, send(other, "x"))
  sleep("50ms")
  is("EHOSTUNREACH", send(other, "x"))  -- «admin prohibited» will not
end)

story("cut", function()
  local fd = udp(true)
  is(10, sendto(fd, "0123456789", "srv", 9))
  sleep("50ms")
  local data, message = check(recvmsg(fd, 4, { flags = MSG_ERRQUEUE }))
  is("0123", data)
  is(MSG_ERRQUEUE | MSG_TRUNC, message.flags)
  is(0, getsockopt(fd, SOL_SOCKET, SO_ERROR))  -- it went with the queue
end)

story("of-its-own", function()
  local fd = udp(true)
  check(setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO))
  is(1, sendto(fd, "x", "srv", 9))
  sleep("50ms")
  is("ECONNREFUSED", getsockopt(fd, SOL_SOCKET, SO_ERROR))
  is("EMSGSIZE", sendto(fd, pattern(2000), "srv", 9))
  local _, message = check(queued(fd))
  is("ECONNREFUSED", message.error.name)
  is(9, message.from.port)
  is("EAGAIN", recv(fd, 10, MSG_DONTWAIT))  -- what is next in the queue came by no ICMP: SO_ERROR is 0
  _, message = check(queued(fd))
  is("EMSGSIZE", message.error.name)
  is("192.168.1.10", message.from.ip)
  is(0, message.from.port)  -- the port of a peer that the socket has not
end)

story("left-over", function()
  local fd = udp(true)
  is(1, sendto(fd, "x", "srv", 9))
  sleep("50ms")
  close(fd)
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
