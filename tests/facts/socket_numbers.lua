-- socket(): which of its three numbers fit together, and who may ask. What Linux has and the model has not is
-- left out here: AF_NETLINK, AF_VSOCK, AF_XDP, MPTCP, UDP-Lite, raw sockets of other protocols.
-- facts 8.5-01, 8.5-02, 8.5-03, 8.5-04, 8.5-05, 8.5-06, 8.5-07
scenario { title = "numbers of socket()", limits = "", stop_at = "1s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local function is(want, domain, type, protocol)
  local fd, err = socket(domain, type, protocol or 0)
  check((err or "ok") == want)
  if fd then close(fd) end
end
local started, stories = 0.001, {}
local function story(name, fn, user)
  stories[#stories + 1] = name
  process(srv, name, { start = started, user = user }, function()
    fn()
    getpid()
  end)
  started = started + 0.05
end

story("families", function()
  for _, domain in ipairs { 0, 3, 4, 5, 9, 31, 45 } do is("EAFNOSUPPORT", domain, SOCK_STREAM) end
  for _, domain in ipairs { 46, 100, -1 } do is("EAFNOSUPPORT", domain, 11) end
end)
story("types", function()
  for _, domain in ipairs { 0, AF_UNIX, AF_INET, AF_INET6, 9 } do is("EINVAL", domain, 11) end
  is("EINVAL", AF_INET, SOCK_STREAM | 0x10)
  for _, type in ipairs { 0, SOCK_RDM, SOCK_SEQPACKET, SOCK_DCCP, 7 } do
    is("ESOCKTNOSUPPORT", AF_INET, type)
    is("ESOCKTNOSUPPORT", AF_INET6, type)
  end
  is("ESOCKTNOSUPPORT", AF_INET6, SOCK_PACKET)
end)
story("protocols", function()
  is("ok", AF_INET, SOCK_STREAM, IPPROTO_TCP)
  is("ok", AF_INET6, SOCK_DGRAM, IPPROTO_UDP)
  for _, protocol in ipairs { IPPROTO_ICMP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_RAW, 256 } do
    is("EPROTONOSUPPORT", AF_INET, SOCK_STREAM, protocol)
  end
  for _, protocol in ipairs { IPPROTO_TCP, IPPROTO_SCTP, 47, 256 } do
    is("EPROTONOSUPPORT", AF_INET, SOCK_DGRAM, protocol)
  end
  is("EPROTONOSUPPORT", AF_INET6, SOCK_DGRAM, IPPROTO_ICMP)
  for _, protocol in ipairs { -1, 263, 300 } do
    is("EINVAL", AF_INET, SOCK_STREAM, protocol)
    is("EINVAL", AF_INET6, SOCK_DGRAM, protocol)
    is("EINVAL", AF_INET, SOCK_RDM, protocol)
  end
end)
story("ping", function()
  is("EACCES", AF_INET, SOCK_DGRAM, IPPROTO_ICMP)
  is("EACCES", AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6)
end)
story("raw", function()
  is("EPROTONOSUPPORT", AF_INET, SOCK_RAW)
  is("ok", AF_INET, SOCK_RAW, IPPROTO_ICMP)
  is("ok", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)
  is("EINVAL", AF_INET, SOCK_RAW, 263)
end)
story("nobody-special", function()
  is("EPERM", AF_INET, SOCK_RAW, IPPROTO_ICMP)
  is("EPERM", AF_INET, SOCK_RAW, IPPROTO_UDP)
  is("EPERM", AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)
  is("EPROTONOSUPPORT", AF_INET, SOCK_RAW)
  is("EPERM", AF_PACKET, SOCK_RAW)
  is("EPERM", AF_PACKET, SOCK_STREAM)
  is("EPERM", AF_INET, SOCK_PACKET)
end, 1000)
story("unix", function()
  is("ok", AF_UNIX, SOCK_RAW)  -- a datagram socket
  is("ok", AF_UNIX, SOCK_STREAM, AF_UNIX)
  is("EPROTONOSUPPORT", AF_UNIX, SOCK_STREAM, 2)
  is("EPROTONOSUPPORT", AF_UNIX, SOCK_RDM, 2)
  is("ESOCKTNOSUPPORT", AF_UNIX, SOCK_RDM)
  is("ESOCKTNOSUPPORT", AF_NETLINK, SOCK_STREAM)
  is("EPROTONOSUPPORT", AF_NETLINK, SOCK_RAW, 32)
  is("ESOCKTNOSUPPORT", AF_PACKET, SOCK_STREAM)
  is("ESOCKTNOSUPPORT", AF_VSOCK, SOCK_RAW)
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
