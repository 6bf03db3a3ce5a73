-- ICMPv6 through sockets: ping sockets share their identifiers with those of IPv4; raw sockets read no IP header,
-- and the kernel makes their checksums.
-- facts 8.9-08, 8.9-09, 8.9-10, 8.9-11, 8.9-12, 8.9-13
scenario { title = "ping6", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = { "2001:db8::5", "10.0.0.5" }, sysctl = { ping_group_range = { 0, 0 } } }
local srv = host { name = "srv", ip = "2001:db8:1::10" }
local deaf = host { name = "deaf", ip = "2001:db8:2::10", sysctl = { ["net.ipv6.icmp.echo_ignore_all"] = 1 } }
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
local function message(type, code, id, number, data) return string.pack(">BBI2I2I2", type, code, 0, id, number) .. (data or "") end
local function echo(id, number, data) return message(ICMP6_ECHO_REQUEST, 0, id, number, data) end
local function ping_socket() return check(socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6)) end
local function raw_socket() return check(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)) end

story("plain", function()
  is("EPERM", socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6))
  is("EACCES", socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6))
end, { user = 1000 })
story("not-in-the-group", function() is("EACCES", socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6)) end, { host = srv })

story("ping", function()
  local fd = ping_socket()
  is(1, getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY))
  is(true, bind(fd, "::", 321))
  is(321, getsockname(fd).port)
  is(12, sendto(fd, echo(7, 1, "data"), "srv", 0))
  local text, from = recvfrom(fd, 100)
  is("2001:db8:1::10", from.ip)
  is(0, from.port)
  local type, code, sum, id, number = string.unpack(">BBI2I2I2", text)
  is(ICMP6_ECHO_REPLY, type)
  is(0, code)
  is(true, sum ~= 0)  -- over the addresses, too
  is(321, id)
  is(1, number)
  is("data", text:sub(9))
end)

story("refuses", function()
  local fd = ping_socket()
  is("EDESTADDRREQ", send(fd, echo(1, 1)))
  is("EINVAL", sendto(fd, "short", "srv", 0))
  is("EINVAL", sendto(fd, message(ICMP_ECHO, 0, 1, 1), "srv", 0))
  is("EINVAL", sendto(fd, message(ICMP6_ECHO_REPLY, 0, 1, 1), "srv", 0))
  is("EINVAL", sendto(fd, message(ICMP6_ECHO_REQUEST, 1, 1, 1), "srv", 0))
  is("ENETUNREACH", sendto(fd, echo(1, 1), "2001:db8:99::1", 0))
  is("EINVAL", sendto(fd, echo(1, 1), "::ffff:10.0.0.5", 0))
  is("ENETUNREACH", connect(fd, "::ffff:10.0.0.5", 0))
  is("EOPNOTSUPP", listen(fd, 5))
  is("ENOTTY", ioctl(fd, FIONREAD))
end)
story("refuses-names", function()
  is("EADDRNOTAVAIL", bind(ping_socket(), "2001:db8:9::9", 0))
  is("EINVAL", bind(ping_socket(), "::ffff:10.0.0.5", 0))
  is("EINVAL", bind(ping_socket(), "ff05::1", 0))
  local one = ping_socket()
  is(true, bind(one, "::", 400))
  is("EINVAL", bind(one, "::", 401))
  is(true, bind(ping_socket(), "::", 400))
  local alone = ping_socket()
  check(setsockopt(alone, SOL_SOCKET, SO_REUSEADDR, 0))
  is("EADDRINUSE", bind(alone, "::1", 400))
  local four = check(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))
  check(setsockopt(four, SOL_SOCKET, SO_REUSEADDR, 0))
  is("EADDRINUSE", bind(four, "0.0.0.0", 400))  -- one of the other family has it
end)

story("of-both-families", function()
  local six, four = ping_socket(), check(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))
  check(bind(six, "::", 450))
  check(bind(four, "0.0.0.0", 450))
  is(8, sendto(six, echo(1, 1), "srv", 0))
  sleep("40ms")
  is("EAGAIN", recv(four, 100, MSG_DONTWAIT))
  is(8, #recv(six, 100, MSG_DONTWAIT))
end)

story("silence", function()
  local fd = ping_socket()
  check(bind(fd, "::", 500))
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, "60ms"))
  is(12, sendto(fd, echo(1, 1, "data"), "deaf", 0))
  is("EAGAIN", recv(fd, 100))
end)

story("connected", function()
  local fd = ping_socket()
  check(bind(fd, "::", 600))
  is(true, connect(fd, "srv", 0))
  is("ENOTCONN", getpeername(fd))
  check(setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7))
  is(8, send(fd, echo(1, 9)))
  is(8, #recv(fd, 100))
  is(true, connect(fd, AF_UNSPEC))
  is(600, getsockname(fd).port)
  is("EDESTADDRREQ", send(fd, echo(1, 9)))
end)

story("at-home", function()
  local fd = ping_socket()
  check(bind(fd, "::", 700))
  is(10, sendto(fd, echo(1, 1, "me"), "::1", 0))
  is(10, #recv(fd, 100))
  is("ENETUNREACH", sendto(fd, echo(1, 1, "me"), "::", 0))
end)

story("raw", function()
  local fd = raw_socket()
  is(3, getsockopt(fd, SOL_SOCKET, SO_TYPE))
  is(58, getsockname(fd).port)
  is("ENOPROTOOPT", getsockopt(fd, IPPROTO_IP, IP_TTL))
  is(64, getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS))
  is("EDESTADDRREQ", send(fd, "x"))
  is("EFAULT", sendto(fd, "x", "srv", 0))
  is("EINVAL", sendto(fd, "xyz", "srv", 0))
  is("EINVAL", sendto(fd, echo(77, 1), "srv", 5))
  is("ENETUNREACH", sendto(fd, echo(77, 1), "::ffff:10.0.0.5", 0))
  is(12, sendto(fd, echo(77, 1, "data"), "srv", 58))  -- the protocol's number is no port
  local text, from = recvfrom(fd, 100)
  is("2001:db8:1::10", from.ip)
  is(12, #text)
  is(ICMP6_ECHO_REPLY, text:byte(1))
  is(77, (string.unpack(">I2", text, 5)))
  is("EAGAIN", recv(fd, 100, MSG_DONTWAIT))
  is(0, ioctl(fd, FIONREAD))
end)

story("copies", function()
  local one, bound, four = raw_socket(), raw_socket(), check(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP))
  is("EADDRNOTAVAIL", bind(bound, "::ffff:10.0.0.5", 0))
  check(bind(bound, "::1", 0))
  local fd = ping_socket()
  check(bind(fd, "::", 800))
  is(8, sendto(fd, echo(1, 1), "srv", 0))
  is(8, #recv(fd, 100))
  is(8, #recv(one, 100))
  is("EAGAIN", recv(bound, 100, MSG_DONTWAIT))
  is(8, sendto(fd, echo(1, 2), "::1", 0))
  sleep("30ms")
  is(8, #recv(bound, 100, MSG_DONTWAIT))  -- the request
  is(8, #recv(bound, 100, MSG_DONTWAIT))  -- and the reply
  is("EAGAIN", recv(four, 100, MSG_DONTWAIT))  -- another protocol
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("requests are counted where they come, replies where they go", function(w)
  return w:counter(srv, "Icmp6InEchos") == 5 and w:counter(srv, "Icmp6OutEchoReplies") == 5 and w:counter(srv, "IcmpInEchos") == 0
         and w:counter(deaf, "Icmp6InEchos") == 1 and w:counter(deaf, "Icmp6OutEchoReplies") == 0
end)
