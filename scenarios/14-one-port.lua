scenario {
  version = 1,
  id = "B4",
  title = "One listening port, thousands of connections",
  summary = "Three clients connect to one server. Four sockets have the local port 80, and nobody gets a new one.",
  goal = "Tell connections apart by their four numbers, and say what accept() does not do.",
  limits = "Follows Linux 6.18. Three clients stand for thousands: the rule is the same.",
  notes = "Say: four numbers name a connection. Avoid: 'accept() moves the client to another port'.",
  stop_at = "1s",
}

params {
  clients = { default = 3, min = 1, max = 50 },
  source_port = { default = 0, min = 0, max = 65535, help = "every client binds this one first; 0: the kernel chooses" },
  hosts = { default = 1, values = { 1, 2 }, help = "the clients sit on one host, or on two in turn" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }
local homes = {}
for i = 1, params.hosts do
  homes[i] = host { name = "cli" .. i, ip = "10.0.0." .. (4 + i) }
  link { homes[i], srv, delay = "10ms" }
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  for _ = 1, params.clients do
    local conn, peer = check(accept(fd))
    print("accepted", peer, "my end is", getsockname(conn))
  end
  sleep("10s")
end)

for i = 1, params.clients do
  process(homes[(i - 1) % params.hosts + 1], "curl-" .. i, { start = 0.001 + (i - 1) * 0.03 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    if params.source_port > 0 then
      check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1))
      check(bind(fd, "0.0.0.0", params.source_port))
    end
    check(connect(fd, "srv", 80))
    sleep("10s")
  end)
end

bookmark("first-accept", on { kind = "SyscallReturned", process = "web", nth = 4 })
bookmark("all-here", 0.001 + params.clients * 0.03 + 0.1)

local function accepted(w)
  local rows = {}
  for _, row in ipairs(w:sockets { host = srv, state = "ESTAB" }) do rows[#rows + 1] = row end
  return rows
end

at(0, "web listens on port 80. {params.clients} clients come, 30 ms apart.")
at("first-accept", "accept() has given web a descriptor of its own for the first client. The listener stays as it was.")
at("all-here", "{#w:sockets{host = 'srv', lport = 80}} sockets of srv have the local port 80: the listener and one for each connection. What "
   .. "differs is the other end.")

predict {
  at = "all-here",
  ask = "Which local port has srv's end of the first connection?",
  type = "number",
  options = { 80, 8080, function(w) return accepted(w)[1].pport end },
  answer = function(w) return accepted(w)[1].lport end,
}

predict {
  at = "all-here",
  ask = "{#w:sockets{host = 'srv'}} sockets: how many entries has srv's port table?",
  type = "number",
  options = { function(w) return #w:sockets { host = srv } end, 1, 0 },
  answer = function(w) return #w:ports(srv) end,
}

-- fact 2-34
expect("every connection differs from the others in at least one of the four numbers", "all-here", function(w)
  local seen = {}
  for _, row in ipairs(accepted(w)) do
    local name = row.src .. " " .. row.dst
    if seen[name] then return false, name .. " is there twice" end
    seen[name] = true
  end
  return true
end)

expect("all of them have the listener's port, and share one entry of the port table", "all-here", function(w)
  for _, row in ipairs(accepted(w)) do
    if row.lport ~= 80 then return false, row.src end
  end
  return #w:ports(srv) == 1 and w:ports(srv)[1].sockets == #accepted(w) + 1
end)

expect("with one source port for all, each host gets one connection through", "all-here", function(w)
  local most = params.source_port > 0 and math.min(params.clients, params.hosts) or params.clients
  return #accepted(w) == most, #accepted(w) .. " connections, not " .. most
end)
