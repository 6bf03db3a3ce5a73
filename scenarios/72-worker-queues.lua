scenario {
  version = 1,
  id = "O2",
  title = "Each worker has its own queue",
  summary = "Several workers listen on one port with SO_REUSEPORT. Connections wait; then one worker ends.",
  goal = "Say who gets a new connection, and what becomes of those that wait for a worker that is gone.",
  limits = "Follows Linux 6.18. A hash of addresses and ports chooses the worker; here it depends on the seed, on a real "
    .. "kernel on a secret. No program chooses (SO_ATTACH_REUSEPORT_EBPF).",
  notes = "Say: the hash has chosen when the SYN came. Avoid: 'the next free worker takes it'.",
  stop_at = "3s",
  seed = 3,
}

params {
  workers = { default = 2, min = 1, max = 8 },
  clients = { default = 40, min = 1, max = 64 },
  queue = { default = "own", values = { "own", "shared" }, help = "own: a listener for each worker; shared: one for all" },
  migrate = { default = 0, min = 0, max = 1, help = "net.ipv4.tcp_migrate_req" },
}

-- How many fall to each worker is each kernel's secret: only where all are kept do both tell the same.
compare { params = { migrate = 1 } }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { tcp_migrate_req = params.migrate } }
link { cli, srv, delay = "10ms" }

local function listener()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 128))
end

if params.queue == "own" then
  for i = 1, params.workers do
    process(srv, "worker-" .. i, function()
      listener()
      sleep(i == 1 and "1s" or "1h")  -- busy; the first one ends after a second
    end)
  end
else
  process(srv, "worker-1", function()
    listener()
    for _ = 2, params.workers do fork(function() sleep("1h") end) end
    sleep("1s")
  end)
end

for i = 1, params.clients do
  process(cli, "curl-" .. i, { start = 0.001 + i * 0.005 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    recv(fd, 100)
  end)
end

bookmark("queued", "700ms")
bookmark("one-less", on { kind = "TaskEnded", host = srv })

at(0, "{params.workers} workers on one port, {params.queue == 'own' and 'each with a listener of its own' or 'all with the same listener'}. "
   .. "{params.clients} clients are coming, and every worker is busy.")
at("queued", "All clients are connected: {#w:sockets{host = 'cli', state = 'ESTAB'}}. ss shows {#w:sockets{host = 'srv', state = 'LISTEN'}} "
   .. "LISTEN rows for port 80, each with its Recv-Q.")
at("one-less", "worker-1 ends. Its descriptors are closed; what does that mean for those who wait?")

local function resets(w)
  local count = 0
  for _, call in ipairs(w:calls { name = "recv" }) do
    if call.errno == "ECONNRESET" then count = count + 1 end
  end
  return count
end
local function waiting(w)
  local sum, most, least = 0, 0, math.huge
  for _, row in ipairs(w:sockets { host = srv, state = "LISTEN", lport = 80 }) do
    sum, most, least = sum + row.recvq, math.max(most, row.recvq), math.min(least, row.recvq)
  end
  return sum, most, least
end

predict {
  at = "queued",
  ask = "{params.clients} connections, {params.workers} workers, nobody accepts. How are they spread?",
  type = "choice",
  options = { "one queue holds all", "as equal as can be", "each has some, not equally many" },
  answer = function(w)
    local sum, most, least = waiting(w)
    if most == sum then return "one queue holds all" end
    return most - least <= 1 and "as equal as can be" or "each has some, not equally many"
  end,
}

predict {
  at = "end",
  ask = "worker-1 ends, the others live. How many of the {params.clients} clients get ECONNRESET?",
  type = "number",
  tolerance = 6,
  answer = resets,
}

-- fact 4.5-01
expect("all wait, in as many queues as there are listeners", "queued", function(w)
  local listeners = #w:sockets { host = srv, state = "LISTEN", lport = 80 }
  return (waiting(w)) == params.clients and listeners == (params.queue == "own" and params.workers or 1)
end)

-- facts 4.5-03, 4.5-04
expect("who waited for the worker that ended is reset, unless connections migrate or the queue is shared", function(w)
  local lost = resets(w)
  if params.workers == 1 then return lost == params.clients end
  if params.queue == "shared" or params.migrate == 1 then return lost == 0 and (waiting(w)) == params.clients end
  return (lost > 0 or params.clients < 8) and lost + waiting(w) == params.clients, lost .. " resets"
end)
