scenario {
  version = 1,
  id = "H1",
  title = "Three packets, two views",
  summary = "A connection opens. For a while the two ends disagree about it, and no program has accepted it yet.",
  goal = "Tell the state of each end at every moment of the handshake, and who makes connect() and accept() return.",
  limits = "Follows Linux 6.18. The link loses nothing and has no rate; each call takes 1 µs.",
  notes = "Say: each end has a state of its own. Avoid: 'the connection is in state …', as if there were only one.",
}

params {
  delay = { default = "10ms", min = "1ms", max = "200ms", help = "one way; the round trip is twice as long" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = params.delay }

-- accept() does not open connections. It takes one that is open already, out of a queue.
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn, peer = check(accept(fd))
  print("accepted", peer)
  sleep("1100ms")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  local ok, err = connect(fd, "srv", 8080)
  print("connect:", ok, err)
  sleep("1s")
end)

bookmark("client-open", on { kind = "StateChanged", host = cli, state = "ESTAB" })
bookmark("server-open", on { kind = "StateChanged", host = srv, state = "ESTAB" })

at(0, "web listens on port 8080, and blocks in accept(). curl starts in a millisecond.")
at(on { kind = "PacketSent", host = cli }, "connect() sends the first packet, a SYN, and blocks. curl's end is SYN-SENT.")
at(on { kind = "PacketDelivered", host = srv },
   "srv's kernel answers by itself: it notes a half-open request and sends SYN,ACK. web sleeps on.")
at("client-open", "The SYN,ACK is here after one round trip ({duration(w:packets{from = 'cli', flags = 'SYN', nth = 1}.sent)} → "
   .. "{duration(w.time)}): cli's end is open, and connect() may return. The ACK is only now on its way.")
at("server-open", "The third packet arrives. Only now is srv's end open, and it waits to be accepted.")

local function state_on(w, host)
  for _, row in ipairs(w:sockets { host = host }) do
    if row.state ~= "LISTEN" then return row.state end
  end
  return "no socket"
end

predict {
  at = "client-open",
  ask = "At this moment cli's end has just become {w:sockets{host = 'cli'}[1].state}. In which state is srv's end?",
  type = "choice",
  options = { "ESTAB", "SYN-RECV", "LISTEN", function(w) return state_on(w, cli) end },
  answer = function(w) return state_on(w, srv) end,
}

predict {
  at = "end",
  ask = "How long did connect() take?",
  type = "duration",
  tolerance = "1ms",
  answer = function(w)
    local call = w:calls { process = "curl", name = "connect", nth = 1 }
    return call.returned - call.entered
  end,
}

predict {
  at = "end",
  ask = "Which packet made connect() return?",
  type = "choice",
  options = { "SYN", "SYN,ACK", "ACK", "no packet: accept() did" },
  answer = function(w)
    local opened = w:records { kind = "StateChanged", host = cli, state = "ESTAB", nth = 1 }
    for _, packet in ipairs(w:packets { to = cli }) do
      if packet.arrived == opened.time then return packet.flags end
    end
    return "no packet: accept() did"
  end,
}

expect("when cli's end is open, srv's is half open", "client-open", function(w)
  return #w:sockets { host = cli, state = "ESTAB" } == 1 and #w:sockets { host = srv, state = "SYN-RECV" } == 1
end)

expect("connect() takes one round trip", function(w)
  local call = w:calls { process = "curl", name = "connect", nth = 1 }
  local syn = w:packets { from = cli, flags = "SYN", nth = 1 }
  local answer = w:packets { from = srv, flags = "SYN,ACK", nth = 1 }
  local round_trip = answer.arrived - syn.sent
  local took = call.returned - call.entered
  return took >= round_trip and took < round_trip + 0.001
end)

expect("accept() returns after connect() did", function(w)
  local accepted = w:calls { process = "web", name = "accept", nth = 1 }
  local connected = w:calls { process = "curl", name = "connect", nth = 1 }
  return accepted.returned > connected.returned
end)
