scenario {
  version = 1,
  id = "Q2",
  title = "The slow acceptor",
  summary = "Clients come a little faster than the server takes them. The network is fine; some clients wait a second.",
  goal = "Explain why a server that is only a little too slow gives latencies of a whole second and more.",
  limits = "Follows Linux 6.18: a SYN is repeated a second later. Every client comes exactly on time, every request takes "
    .. "exactly as long; on a real machine both scatter.",
  notes = "Say: the queue is full, the SYN is lost, the client's timer decides. Avoid: 'the request took a second'.",
  stop_at = "10s",
}

params {
  clients = { default = 60, min = 2, max = 200, help = "how many come" },
  every = { default = 20, min = 1, max = 1000, unit = "ms", help = "time between two clients" },
  work = { default = 30, min = 1, max = 1000, unit = "ms", help = "what one request costs the server" },
  backlog = { default = 10, min = 0, max = 500, help = "second argument of listen()" },
  acceptors = { default = 1, min = 1, max = 4, help = "threads that accept and work" },
}

-- SYNs come 24 ms or more away from every accept(), so that a busy machine sees the same; what comes after the first
-- repeated SYNs depends on each timer's slack.
compare { params = { every = 100, work = 150, backlog = 4, clients = 20 }, stop_at = "2400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "12ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, params.backlog))
  local function serve()
    while true do
      local conn = check(accept(fd))
      compute(params.work / 1000)
      check(close(conn))
    end
  end
  for _ = 2, params.acceptors do thread(serve) end
  serve()
end)

for i = 1, params.clients do
  process(cli, "curl-" .. i, { start = "1ms" }, function()
    sleep((i - 1) * params.every / 1000)
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 8080))
    recv(fd, 100)
    sleep("50ms")
  end)
end

bookmark("first-drop", on { kind = "PacketDropped", host = srv, reason = "AcceptQueueFull" })

at(0, "Every {params.every} ms a client comes, and each costs web {params.work} ms. Between them stands a queue of "
   .. "{params.backlog + 1} places.")
at("first-drop", "The accept queue holds {w:listener('srv', 8080).accept_queue}: full. This SYN is dropped in silence. Its client "
   .. "knows nothing, and will repeat it after a second; web is no slower than before.")

-- How long each connect() took, sorted; those that still block are left out.
local function connect_times(w)
  local times = {}
  for _, call in ipairs(w:calls { name = "connect" }) do
    if not call.blocked and not call.errno then times[#times + 1] = call.returned - call.entered end
  end
  table.sort(times)
  return times
end

local function drops(w)
  return #w:records { kind = "PacketDropped", host = srv, reason = "AcceptQueueFull" }
end

predict {
  at = "end",
  ask = "A client every {params.every} ms, {params.work} ms of work for each, {params.backlog + 1} places. When is the "
    .. "first SYN dropped?",
  type = "duration",
  tolerance = "150ms",
  answer = function(w)
    local first = w:records { kind = "PacketDropped", host = srv, reason = "AcceptQueueFull", nth = 1 }
    return first and first.time or 0
  end,
}

predict {
  at = "end",
  ask = "The round trip takes 14 ms. How long did the slowest connect() take?",
  type = "choice",
  options = { "less than 0.1 s", "0.1 to 0.9 s", "about 1 s", "2 s or more" },
  answer = function(w)
    local times = connect_times(w)
    local most = times[#times]
    if most < 0.1 then return "less than 0.1 s" end
    if most < 0.9 then return "0.1 to 0.9 s" end
    return most < 1.9 and "about 1 s" or "2 s or more"
  end,
}

predict {
  at = "end",
  ask = "How many of the {params.clients} clients were connected within one round trip, more or less?",
  type = "number",
  tolerance = 5,
  answer = function(w)
    local quick = 0
    for _, time in ipairs(connect_times(w)) do
      if time < 0.02 then quick = quick + 1 end
    end
    return quick
  end,
}

-- fact 4.2-01
expect("each connect() takes one round trip, and a whole number of seconds for each dropped SYN", function(w)
  for _, time in ipairs(connect_times(w)) do
    local rest = time % 1
    if rest > 0.05 then return false, "one took " .. duration(time) end
  end
  return true
end)

expect("each dropped SYN is counted twice, and so is each final ACK that comes too late", function(w)
  return w:counter(srv, "ListenOverflows") >= drops(w) and w:counter(srv, "ListenDrops") >= drops(w)
end)

expect("nobody is refused", function(w)
  return #w:packets { from = srv, flags = "RST" } == 0
end)

-- fact 4.1-05
expect("who comes first is accepted first", function(w)
  local last = 0
  for _, left in ipairs(w:records { kind = "QueueLeft", host = srv, reason = "AcceptTakes" }) do
    if left.time < last then return false end
    last = left.time
  end
  return true
end)
