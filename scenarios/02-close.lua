scenario {
  version = 1,
  id = "C1",
  title = "The orderly goodbye",
  summary = "Each direction of a connection closes by itself, and who closes first waits a minute.",
  goal = "Put the states of both ends in order, and say who ends in TIME-WAIT, and why.",
  limits = "Follows Linux 6.18. Nothing is lost on the link; TIME-WAIT lasts 60 seconds and cannot be changed there.",
  notes = "Say: a FIN means 'I send no more'. Avoid: 'the connection is closed' after the first FIN.",
}

params {
  first = { default = "client", values = { "client", "server" }, help = "who closes first" },
  pause = { default = "50ms", min = "0ms", max = "5s", help = "how long the other side waits before it closes" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

-- What both programs do with an open connection: one closes at once, the other reads the end and closes then.
local function say_goodbye(fd, closes_first)
  if closes_first then
    check(close(fd))
    return
  end
  local data = check(recv(fd, 100))
  print("recv gave", #data, "bytes: the other side has sent everything")
  sleep(params.pause)
  check(close(fd))
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  say_goodbye(conn, params.first == "server")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  sleep("20ms")  -- both ends are open now
  say_goodbye(fd, params.first == "client")
end)

bookmark("first-fin", on { kind = "StateChanged", state = "FIN-WAIT-1" })
bookmark("half-closed", on { kind = "StateChanged", state = "CLOSE-WAIT" })
bookmark("time-wait", on { kind = "StateChanged", state = "TIME-WAIT" })

at("first-fin", "The {params.first} calls close(). Its kernel sends a FIN: I send no more. The program goes on at once; "
   .. "the kernel does the rest.")
at("half-closed", "The FIN has arrived: one direction is closed, the other is not. This end is CLOSE-WAIT: it is its "
   .. "program's turn, and the kernel waits for it as long as it takes.")
at("time-wait", "The other FIN is here too. Both directions are closed, but who closed first keeps the four numbers for a "
   .. "minute: its last ACK may be lost.")

-- The states that a host's end went through from its opening on, in order.
local function states_of(w, host)
  local states = {}
  for _, change in ipairs(w:records { kind = "StateChanged", host = host }) do
    local of_the_listener = change.was == "LISTEN" or change.state == "LISTEN"
    if not of_the_listener and (change.state == "ESTAB" or #states > 0) then states[#states + 1] = change.state end
  end
  return states
end

local function waits(w, host)
  return #w:records { kind = "StateChanged", host = host, state = "TIME-WAIT" } > 0
end

predict {
  at = "end",
  ask = "Put the states of the {params.first}'s end in order.",
  type = "order",
  answer = function(w) return states_of(w, params.first == "client" and cli or srv) end,
}

predict {
  at = "end",
  ask = "The {params.first} closes first. Whose end goes through TIME-WAIT?",
  type = "choice",
  options = { "cli", "srv", "both", "neither" },
  answer = function(w)
    local client, server = waits(w, cli), waits(w, srv)
    return client and server and "both" or client and "cli" or server and "srv" or "neither"
  end,
}

expect("who closes first ends in TIME-WAIT, the other does not", function(w)
  local first, other = cli, srv
  if params.first == "server" then first, other = srv, cli end
  return waits(w, first) and not waits(w, other)
end)

expect("CLOSE-WAIT lasts as long as the program waits", function(w)
  local entered = w:records { kind = "StateChanged", state = "CLOSE-WAIT", nth = 1 }
  local left = w:records { kind = "StateChanged", state = "LAST-ACK", nth = 1 }
  local sleeper = params.first == "client" and "web" or "curl"
  local pause = nil
  for _, call in ipairs(w:calls { process = sleeper, name = "sleep" }) do
    if call.entered > entered.time then pause = call.returned - call.entered end
  end
  return pause ~= nil and left.time - entered.time >= pause
end)

expect("each end sends exactly one FIN", function(w)
  return #w:packets { from = cli, flags = "FIN" } == 1 and #w:packets { from = srv, flags = "FIN" } == 1
end)
