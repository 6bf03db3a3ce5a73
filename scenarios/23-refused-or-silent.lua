scenario {
  version = 1,
  id = "H3",
  title = "«Refused» and «timed out» say different things",
  summary = "Three connects that fail, or wait: to a port where nobody listens, to one behind a packet filter, to an open one.",
  goal = "Say from the error and from the time that it took whether an answer came, and who gave it.",
  limits = "Follows Linux 6.18: eleven SYNs in 67 s, given up after 131 s (before 6.5: seven, and 127 s). The filter stands at "
    .. "srv's door and keeps no state.",
  notes = "Say: refused means that somebody answered. Avoid: 'refused, so it is the firewall'.",
  stop_at = "3min",
}

params {
  filter = { default = "drop", values = { "drop", "reject", "rst", "none" }, help = "what srv's packet filter does with port 81" },
  delay = { default = "10ms", min = "1ms", max = "200ms", help = "one way" },
  retries = { default = 6, min = 1, max = 10, help = "net.ipv4.tcp_syn_retries of cli" },
}

compare { params = { retries = 1 }, stop_at = "9s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { tcp_syn_retries = params.retries } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = params.delay }

if params.filter == "drop" then
  filter(srv, "drop", { port = 81 })
elseif params.filter == "reject" then
  filter(srv, "reject", { port = 81, with = "admin" })  -- as many firewalls: «administratively prohibited»
elseif params.filter == "rst" then
  filter(srv, "reject", { port = 81, with = "rst" })
end

process(srv, "web", function()
  for port = 80, 81 do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", port))
    check(listen(fd, 5))
  end
  sleep("1h")
end)

-- Nobody listens on port 82, and no filter is in the way.
process(cli, "to-82", { start = "1ms" }, function()
  print("port 82:", connect(check(socket(AF_INET, SOCK_STREAM)), "srv", 82))
end)
process(cli, "to-81", { start = "500ms" }, function()
  print("port 81:", connect(check(socket(AF_INET, SOCK_STREAM)), "srv", 81))
end)

bookmark("refused", on { kind = "SocketError", host = cli })
bookmark("filtered", on { kind = "PacketDropped", host = srv, reason = "FilterDrops" })

at(0, "web listens on the ports 80 and 81. to-82 calls a port where nobody does; half a second later to-81 calls one that a packet "
   .. "filter guards.")
at("refused", "srv's kernel has answered by itself, with RST: nobody listens on port 82. One round trip, and connect() knows.")
at("filtered", "The filter drops the SYN. No answer: for cli this looks like a lost packet, so it will try again.")

-- What the connect() of `process` gave, and when.
local function outcome(w, process)
  local call = w:calls { process = process, name = "connect", nth = 1 }
  if call.blocked then return "still blocks" end
  return call.errno or "connected", call.returned - call.entered
end
local answers = { "ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "connected" }

predict {
  at = "end",
  ask = "Port 82: nobody listens, nothing filters. What does connect() give?",
  type = "choice",
  options = answers,
  answer = function(w) return (outcome(w, "to-82")) end,
}

predict {
  at = "end",
  ask = "Port 81: web listens, and srv's filter is set to «{params.filter}». What does connect() give?",
  type = "choice",
  options = answers,
  answer = function(w) return (outcome(w, "to-81")) end,
}

predict {
  at = "end",
  ask = "And how long does that take?",
  type = "duration",
  tolerance = "10s",
  answer = function(w)
    local _, took = outcome(w, "to-81")
    return took or 0
  end,
}

predict {
  at = "end",
  ask = "How many SYNs left cli for port 81?",
  type = "number",
  options = { 1, 7, 11, 131 },
  answer = function(w)
    local count = 0
    for _, packet in ipairs(w:packets { from = cli, flags = "SYN" }) do
      if string.sub(packet.dst, -3) == ":81" then count = count + 1 end
    end
    return count
  end,
}

-- facts 4.1-08, 5.3-01
expect("where nobody listens, RST answers within a round trip", function(w)
  local errno, took = outcome(w, "to-82")
  local syn = w:packets { from = cli, flags = "SYN", nth = 1 }
  local rst = w:packets { from = srv, flags = "RST,ACK", nth = 1 }
  return errno == "ECONNREFUSED" and took < rst.arrived - syn.sent + 0.001
end)

-- fact 5.2-01
expect("a filter that drops is silence, one that rejects is an answer", function(w)
  local errno, took = outcome(w, "to-81")
  if params.filter == "none" then return errno == "connected" end
  if params.filter == "drop" then return errno == "ETIMEDOUT" and took > 2.9 or errno == "still blocks" end
  return errno == (params.filter == "rst" and "ECONNREFUSED" or "EHOSTUNREACH") and took < 1
end)

expect("from outside, a filter that sends RST looks like a closed port", function(w)
  if params.filter ~= "rst" then return true end
  return (outcome(w, "to-81")) == (outcome(w, "to-82"))
end)
