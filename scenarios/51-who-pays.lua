scenario {
  version = 1,
  id = "T1",
  title = "Who pays?",
  summary = "Many short connections. Whoever closes first keeps each of them for a minute.",
  goal = "Say on which side TIME-WAIT piles up, for how long, and what it costs.",
  limits = "Follows Linux 6.18: TIME-WAIT lasts 60 seconds, and no setting changes that.",
  notes = "Say: the first closer pays, client or server. Avoid: 'TIME-WAIT is a server problem', or 'a leak'.",
  stop_at = "70s",
}

params {
  first = { default = "client", values = { "client", "server" }, help = "who closes first" },
  requests = { default = 100, min = 1, max = 1000 },
  keep_alive = { default = "no", values = { "no", "yes" }, help = "yes: all requests go over one connection" },
}

compare { params = { requests = 5 }, stop_at = "2s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "2ms" }

-- Answers until the peer closes; or, where it pays, after each answer.
local function serve(conn)
  while true do
    local request = check(recv(conn, 100))
    if request == "" then break end
    check(send(conn, "200 OK"))
    if params.first == "server" and params.keep_alive == "no" then break end
  end
  check(close(conn))
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 128))
  while true do serve(check(accept(fd))) end
end)

process(cli, "client", { start = "1ms" }, function()
  local fd
  for _ = 1, params.requests do
    if not fd then
      fd = check(socket(AF_INET, SOCK_STREAM))
      check(connect(fd, "srv", 80))
    end
    check(send(fd, "GET /"))
    check(recv(fd, 100))
    if params.keep_alive == "no" then
      if params.first == "server" then check(recv(fd, 100)) end  -- waits for the server's FIN
      check(close(fd))
      fd = nil
    end
    sleep("50ms")
  end
end)

-- facts 6.3-07, 6.1-01
bookmark("first-one", on { kind = "StateChanged", state = "TIME-WAIT" })
bookmark("all-done", 0.2 + params.requests * 0.075)
bookmark("a-minute-later", "69s")

local function waiting(w, host) return #w:sockets { host = host, state = "TIME-WAIT" } end

at("first-one", "The first connection is over. Its {params.first} closed first, so that end waits a minute: its last ACK may "
   .. "have been lost, and a late segment must not meet a new connection with the same four numbers.")
at("all-done", "{params.requests} requests are done. cli has {#w:sockets{host = 'cli', state = 'TIME-WAIT'}} connections in "
   .. "TIME-WAIT, srv {#w:sockets{host = 'srv', state = 'TIME-WAIT'}}. No program holds any of them.")

predict {
  at = "all-done",
  ask = "{params.requests} requests, and the {params.first} closes first. On which host does TIME-WAIT pile up?",
  type = "choice",
  options = { "cli", "srv", "both", "neither" },
  answer = function(w)
    local client, server = waiting(w, cli) > 1, waiting(w, srv) > 1
    return client and server and "both" or client and "cli" or server and "srv" or "neither"
  end,
}

predict {
  at = "all-done",
  ask = "How many descriptors do the connections in TIME-WAIT hold?",
  type = "number",
  options = { 0, 1, function() return params.requests end },
  answer = function(w)
    local held = 0
    for _, program in ipairs { "client", "web" } do
      for _, row in ipairs(w:fds(program)) do
        if string.find(row.what, "TIME-WAIT", 1, true) then held = held + 1 end
      end
    end
    return held
  end,
}

expect("every connection waits where it was closed first", "all-done", function(w)
  local many, none = cli, srv
  if params.first == "server" then many, none = srv, cli end
  if params.keep_alive == "yes" then return waiting(w, many) + waiting(w, none) <= 1 end
  return waiting(w, many) == params.requests and waiting(w, none) == 0
end)

expect("a minute after its last packet the first one is gone", "a-minute-later", function(w)
  return waiting(w, cli) + waiting(w, srv) < params.requests or params.keep_alive == "yes"
end)
