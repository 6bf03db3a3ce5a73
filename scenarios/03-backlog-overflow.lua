scenario {
  version = 1,
  id = "Q1",
  title = "backlog N holds N+1",
  summary = "A server listens and does not accept. Its queue fills; those who come later are not refused.",
  goal = "Say what the second argument of listen() limits, and what the clients behind the limit see.",
  limits = "Follows Linux 6.18 (the SYN is repeated every second at first). Clients come more than a round trip apart: "
    .. "closer together they would meet the SYN queue instead, and its cookies.",
  notes = "Say: the queue is full, so the SYN is dropped in silence. Avoid: 'the server refuses'.",
  stop_at = "3s",
}

params {
  backlog = { default = 2, min = 0, max = 64, help = "second argument of listen()" },
  clients = { default = 6, min = 1, max = 64 },
  accept_every = { default = "1h", help = "how often the server accepts; 1h: practically never" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "slowd", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, params.backlog))
  while true do
    sleep(params.accept_every)
    local conn = check(accept(fd))
    check(recv(conn, 100))
    check(send(conn, "200 OK"))
    check(close(conn))
  end
end)

for i = 1, params.clients do
  process(cli, "curl-" .. i, { start = 0.001 + (i - 1) * 0.03 }, function()  -- more than a round trip apart
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 8080))
    check(send(fd, "GET /"))
    print(check(recv(fd, 100)))
  end)
end

bookmark("first-drop", on { kind = "PacketDropped", host = srv, reason = "AcceptQueueFull" })
bookmark("settled", 0.001 + params.clients * 0.03 + 0.2)

at(0, "slowd listens with backlog {params.backlog}, and sleeps. {params.clients} clients come, one after the other.")
at("first-drop", "The accept queue holds {w:listener('srv', 8080).accept_queue}, backlog {params.backlog}: full. srv drops "
   .. "the SYN and says nothing; the client does not know why it waits.")
at("settled", "{#w:sockets{host = 'cli', state = 'ESTAB'}} clients are connected, although nobody accepted them; "
   .. "{#w:sockets{host = 'cli', state = 'SYN-SENT'}} are in SYN-SENT and will try again.")

predict {
  at = "settled",
  ask = "listen(fd, {params.backlog}), {params.clients} clients, nobody accepts. How many clients are connected?",
  type = "number",
  options = { function() return params.backlog end, function() return params.backlog + 1 end,
              function() return params.clients end, 0 },
  answer = function(w) return #w:sockets { host = cli, state = "ESTAB" } end,
}

predict {
  at = "settled",
  ask = "What does the last client, curl-{params.clients}, see 200 ms after its connect()?",
  type = "choice",
  options = { "ECONNREFUSED", "ETIMEDOUT", "connect() still blocks", "connect() returned" },
  answer = function(w)
    local call = w:calls { process = "curl-" .. params.clients, name = "connect", nth = 1 }
    if call.blocked then return "connect() still blocks" end
    return call.errno or "connect() returned"
  end,
}

expect("the queue holds one more than the backlog, where clients are enough and nobody accepts", "settled", function(w)
  if #w:calls { process = "slowd", name = "accept" } > 0 then return true end
  local most = math.min(params.clients, params.backlog + 1)
  local connected = #w:sockets { host = cli, state = "ESTAB" }
  return connected == most, connected .. " clients are connected, not " .. most
end)

expect("nobody is refused", function(w)
  return #w:packets { from = srv, flags = "RST" } == 0
end)

expect("ss shows a queue of at most one more than its limit", "settled", function(w)
  local queue = w:listener(srv, 8080)
  return queue.backlog == params.backlog and queue.accept_queue <= params.backlog + 1
end)

expect("each drop is counted", function(w)
  local drops = #w:records { kind = "PacketDropped", host = srv, reason = "AcceptQueueFull" }
  return w:counter(srv, "ListenOverflows") == drops
end)
