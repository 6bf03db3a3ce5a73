scenario {
  version = 1,
  id = "U3",
  title = "Losing data without a network",
  summary = "Both programs are on one machine. Every sendto() succeeds, and most datagrams are lost.",
  goal = "Say where datagrams are lost when no wire is in between, how to see it, and what helps.",
  limits = "Follows Linux 6.18. What a datagram takes of the buffer is the memory that this build of Linux keeps it in.",
  notes = "Say: the receive buffer is the bottleneck, and it counts memory, not bytes of payload; UDP has nothing that would slow "
       .. "the sender down. Avoid: 'loopback cannot lose', 'the network dropped it'.",
  stop_at = "2s",
}

params {
  datagrams = { default = 50, min = 1, max = 300, help = "how many the sender sends" },
  bytes = { default = 1000, min = 1, max = 4000, help = "in each of them" },
  buffer = { default = 20000, min = 1, max = 2000000, help = "SO_RCVBUF that the reader asks for; Linux doubles it" },
  reader = { default = "sleeps first", values = { "sleeps first", "reads at once" }, help = "what the reader does meanwhile" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

process(srv, "reader", function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, params.buffer))
  check(bind(fd, "127.0.0.1", 9000))
  if params.reader == "sleeps first" then sleep("600ms") end
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, "700ms"))
  local count = 0
  while recv(fd, 5000) do
    count = count + 1
    if params.reader == "sleeps first" then sleep("1ms") end
  end
  print(count .. " datagrams came")
end)

process(srv, "sender", { start = "20ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  for _ = 1, params.datagrams do
    check(sendto(fd, pattern(params.bytes), "127.0.0.1", 9000))
    sleep("1ms")
  end
end)

bookmark("first-drop", on { kind = "PacketDropped", reason = "ReceiveBufferFull" })
bookmark("all-sent", "500ms")

local function received(w)
  local count = 0
  for _, call in ipairs(w:calls { process = "reader", name = "recv" }) do if call.result then count = count + 1 end end
  return count
end
local function lost(w) return w:counter(srv, "UdpRcvbufErrors") end
local function failed(w)
  local count = 0
  for _, call in ipairs(w:calls { process = "sender", name = "sendto" }) do if call.errno then count = count + 1 end end
  return count
end

at(0, "sender sends {params.datagrams} datagrams of {params.bytes} bytes to 127.0.0.1, one each millisecond. reader {params.reader}; its "
   .. "receive buffer is {2 * params.buffer} bytes.")
at("first-drop", "The receive buffer is full: {w:sockets{host = 'srv', proto = 'udp', lport = 9000}[1].recvq} bytes are in use, for "
   .. "{w:counter('srv', 'UdpOutDatagrams') - 1} datagrams. This one finds no room. There is no window as in TCP, and nobody is told.")
at("all-sent", "All are sent. `nstat` shows {w:counter('srv', 'UdpRcvbufErrors')} UdpRcvbufErrors, and `ss -uam` would show as many "
   .. "drops (d) of this socket.")

predict {
  at = "all-sent",
  ask = "{params.datagrams} datagrams of {params.bytes} bytes are sent, into a buffer of {2 * params.buffer} bytes; reader {params.reader}. How "
     .. "many sendto() calls fail?",
  type = "number",
  options = { 0, function() return params.datagrams // 2 end, function() return params.datagrams end },
  answer = failed,
}

predict {
  at = "end",
  ask = "How many datagrams does reader get?",
  type = "number",
  answer = received,
}

-- facts 8-24, 8-26
expect("every sendto() succeeds", function(w) return failed(w) == 0 end)

expect("what did not find room is lost, and counted", function(w)
  return received(w) + lost(w) == params.datagrams and lost(w) == w:counter(srv, "UdpInErrors"), received(w)
end)

expect("whoever reads at once loses nothing", function(w) return params.reader == "sleeps first" or lost(w) == 0 end)

expect("with these numbers 17 fit", function(w)
  local usual = params.bytes == 1000 and params.buffer == 20000 and params.datagrams >= 17
  return not usual or params.reader == "reads at once" or received(w) == 17, received(w)
end)
