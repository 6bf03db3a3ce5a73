scenario {
  version = 1,
  id = "B3",
  title = "A port is an entry in a table",
  summary = "One program binds five names. Two have the number 53, three the number 8080; only one is refused.",
  goal = "Say what a port table's key is: protocol, local address and number together, not the number alone.",
  limits = "Follows Linux 6.18. No option is set: SO_REUSEADDR and SO_REUSEPORT have lessons of their own.",
  notes = "Say: the name is taken. Avoid: 'the port is taken', as if there were one table of 65,536 places.",
  stop_at = "200ms",
}

params {
  wildcard = { default = "last", values = { "last", "first" }, help = "when 0.0.0.0:8080 is bound" },
  ipv6 = { default = "none", values = { "none", "dual stack", "v6 only" }, help = "a sixth name: [::]:53 by TCP" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

-- fact 2-10
local names = {
  { "tcp", "0.0.0.0", 53 },
  { "udp", "0.0.0.0", 53 },
  { "tcp", "127.0.0.1", 8080 },
  { "tcp", "127.0.0.2", 8080 },
  { "tcp", "0.0.0.0", 8080 },
}
if params.wildcard == "first" then names[3], names[5] = names[5], names[3] end
if params.ipv6 ~= "none" then names[6] = { "tcp", "::", 53 } end

local function text_of(name)
  local ip = name[2] == "::" and "[::]" or name[2]
  return name[1] .. " " .. ip .. ":" .. name[3]
end

process(srv, "names", function()
  for _, name in ipairs(names) do
    sleep("10ms")
    local family = name[2] == "::" and AF_INET6 or AF_INET
    local fd = check(socket(family, name[1] == "tcp" and SOCK_STREAM or SOCK_DGRAM))
    if family == AF_INET6 and params.ipv6 == "v6 only" then check(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) end
    local ok, err = bind(fd, name[2], name[3])
    print(text_of(name), ok and "ok" or err)
    if ok and name[1] == "tcp" then check(listen(fd, 5)) end  -- ss shows a TCP socket once it listens
  end
  sleep("100ms")
end)

local function bound(w, nth)
  local call = w:calls { process = "names", name = "bind", nth = nth }
  return call.errno or "ok"
end

bookmark("all-asked", 0.005 + 0.01 * #names)

at(0, "names is going to bind {#w:ports('srv') == 0 and 'several' or 'further'} names, 10 ms apart. The port table of srv is empty.")
at("15ms", "The first name is in the table: TCP, every address, port 53.")
at("25ms", "UDP has a table of its own: the same number is another name there.")
at("35ms", "Now port 8080, by TCP.")
at("all-asked", "{#w:ports('srv')} ports are in the table, with {#w:sockets{host = 'srv'}} sockets. A wildcard means every address "
   .. "of the host: so it has a name in common with each.")

for nth, name in ipairs(names) do
  predict {
    at = 0.005 + 0.01 * nth,
    ask = "bind() of " .. text_of(name) .. ": what does it give?",
    type = "choice",
    options = { "ok", "EADDRINUSE", "EACCES", "EADDRNOTAVAIL" },
    answer = function(w) return bound(w, nth) end,
  }
end

predict {
  at = "all-asked",
  ask = "How many rows does ss -tuln show now?",
  type = "number",
  options = { #names, function(w) return #w:ports(srv) end },
  answer = function(w) return #w:sockets { host = srv } end,
}

-- facts 2A-01, 2B-01
expect("names without an address in common, or of two protocols, do not disturb each other", "all-asked", function(w)
  return bound(w, 1) == "ok" and bound(w, 2) == "ok" and bound(w, 4) == (params.wildcard == "last" and "ok" or "EADDRINUSE")
end)

expect("whoever comes later to a name that overlaps is refused", "all-asked", function(w)
  local refused = bound(w, 5) == "EADDRINUSE"
  return bound(w, 3) == "ok" and refused
end)

-- facts 2D-02, 2D-03
expect(":: includes IPv4, unless IPV6_V6ONLY is set", "all-asked", function(w)
  if params.ipv6 == "none" then return true end
  return bound(w, 6) == (params.ipv6 == "v6 only" and "ok" or "EADDRINUSE")
end)
