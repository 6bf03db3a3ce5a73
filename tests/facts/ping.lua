-- ICMP through sockets: ping sockets, raw sockets, and the kernel that answers.
-- facts 8.3-01, 8.3-02, 8.3-03, 8.3-04, 8.3-05, 8.3-06, 8.3-07, 8.3-08, 8.3-09
scenario { title = "ping", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ping_group_range = { 0, 0 } } }
local srv = host { name = "srv", ip = "192.168.1.10" }
local deaf = host { name = "deaf", ip = "192.168.2.10", sysctl = { icmp_echo_ignore_all = 1 } }
link { cli, srv, delay = "10ms" }
link { cli, deaf, delay = "10ms" }

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn, options)
  stories[#stories + 1] = name
  options = options or {}
  process(options.host or cli, name, { start = started, user = options.user }, function()
    fn()
    getpid()
  end)
  started = started + 0.2
end
local function echo(id, number, data)  -- with its checksum
  local blank = string.pack(">BBI2I2I2", ICMP_ECHO, 0, 0, id, number) .. data
  return string.pack(">BBI2I2I2", ICMP_ECHO, 0, in_cksum(blank), id, number) .. data
end
local function ping_socket() return check(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)) end

story("plain", function()
  is("EPERM", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
end, { user = 1000 })
story("not-in-the-group", function() is("EACCES", socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP)) end, { host = srv })

story("ping", function()
  local fd = ping_socket()
  is(true, bind(fd, "0.0.0.0", 321))
  is(321, getsockname(fd).port)
  is(12, sendto(fd, echo(7, 1, "data"), "srv", 0))  -- the identifier is the socket's, not the program's
  local text, from = recvfrom(fd, 100)
  is("192.168.1.10", from.ip)
  is(0, from.port)
  local type, code, _, id, number = string.unpack(">BBI2I2I2", text)
  is(ICMP_ECHOREPLY, type)
  is(0, code)
  is(321, id)
  is(1, number)
  is("data", text:sub(9))
end)

story("refuses", function()
  local fd = ping_socket()
  is("EDESTADDRREQ", send(fd, echo(1, 1, "")))
  is("EINVAL", sendto(fd, "short", "srv", 0))
  is("EINVAL", sendto(fd, string.pack(">BBI2I2I2", 13, 0, 0, 1, 1), "srv", 0))
  is("EINVAL", sendto(fd, string.pack(">BBI2I2I2", ICMP_ECHO, 1, 0, 1, 1), "srv", 0))
  is("ENETUNREACH", sendto(fd, echo(1, 1, ""), "8.8.8.8", 0))
  is("EOPNOTSUPP", listen(fd, 5))
  is("EADDRNOTAVAIL", bind(ping_socket(), "10.9.9.9", 0))
  local other = ping_socket()
  is(true, bind(other, "0.0.0.0", 400))
  is("EINVAL", bind(other, "0.0.0.0", 401))
  is(1, getsockopt(other, SOL_SOCKET, SO_REUSEADDR))  -- from the start: identifiers are shared
  is(true, bind(ping_socket(), "0.0.0.0", 400))
  local alone = ping_socket()
  check(setsockopt(alone, SOL_SOCKET, SO_REUSEADDR, 0))
  is("EADDRINUSE", bind(alone, "127.0.0.1", 400))  -- whatever the address
  is(2, getsockopt(fd, SOL_SOCKET, SO_TYPE))
end)

story("silence", function()
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 500))
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, "60ms"))
  is(12, sendto(fd, echo(1, 1, "data"), "192.168.2.10", 0))
  is("EAGAIN", recv(fd, 100))
end)

story("connected", function()
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 600))
  is(true, connect(fd, "srv", 0))
  is(8, send(fd, echo(1, 9, "")))
  is(8, #recv(fd, 100))
  is("ENOTCONN", getpeername(fd))  -- a peer without a port has no name
end)

story("at-home", function()
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 700))
  is(10, sendto(fd, echo(1, 1, "me"), "127.0.0.1", 0))
  is(10, #recv(fd, 100))
end)

story("raw", function()
  local fd = check(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
  is(3, getsockopt(fd, SOL_SOCKET, SO_TYPE))
  is(1, getsockname(fd).port)
  is("EDESTADDRREQ", send(fd, "x"))
  is(12, sendto(fd, echo(77, 1, "data"), "srv", 0))
  local text, from = recvfrom(fd, 100)
  is("192.168.1.10", from.ip)
  is(32, #text)  -- with the IP header
  is(0x45, text:byte(1))
  is(ICMP_ECHOREPLY, text:byte(21))
  is(77, (string.unpack(">I2", text, 25)))
  is("EAGAIN", recv(fd, 100, MSG_DONTWAIT))
end)

story("copies", function()
  local one, two, bound = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), socket(AF_INET, SOCK_RAW, IPPROTO_ICMP),
                          socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)
  check(bind(bound, "127.0.0.1", 0))
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 800))
  is(8, sendto(fd, echo(1, 1, ""), "srv", 0))
  is(8, #recv(fd, 100))
  is(28, #recv(one, 100))
  is(28, #recv(two, 100))
  is("EAGAIN", recv(bound, 100, MSG_DONTWAIT))
  is(8, sendto(fd, echo(1, 2, ""), "127.0.0.1", 0))
  sleep("30ms")
  is(28, #recv(bound, 100, MSG_DONTWAIT))  -- the request
  is(28, #recv(bound, 100, MSG_DONTWAIT))  -- and the reply
end)

story("hops", function()
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 900))
  check(setsockopt(fd, IPPROTO_IP, IP_TTL, 7))
  is(7, getsockopt(fd, IPPROTO_IP, IP_TTL))
  is(8, sendto(fd, echo(1, 1, ""), "srv", 0))
  is(8, #recv(fd, 100))
end)

story("gone-before-the-reply", function()
  local fd = ping_socket()
  check(bind(fd, "0.0.0.0", 950))
  is(8, sendto(fd, echo(1, 1, ""), "srv", 0))
  close(fd)
  sleep("50ms")
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("requests are counted where they come, replies where they go", function(w)
  return w:counter(srv, "IcmpInEchos") == 6 and w:counter(srv, "IcmpOutEchoReps") == 6
         and w:counter(deaf, "IcmpInEchos") == 1 and w:counter(deaf, "IcmpOutEchoReps") == 0
         and w:counter(cli, "IcmpInEchoReps") == 8
end)
