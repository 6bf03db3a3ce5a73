scenario {
  version = 1,
  id = "U1",
  title = "Sending to nobody succeeds",
  summary = "Two programs send datagrams to a port that nobody has. One has called connect(), one has not.",
  goal = "Say what a successful send() of UDP proves, and when, and to whom, an error comes back.",
  limits = "Follows Linux 6.18. Of ICMP's errors this lesson has one, «port unreachable».",
  notes = "Say: send() puts a datagram on its way; what becomes of it is told later, if at all, and only to a socket that has "
       .. "one peer. Avoid: 'sendto() returned, so it arrived'; and 'UDP never reports errors'.",
  stop_at = "2s",
}

params {
  icmp = { default = "passes", values = { "passes", "is dropped" }, help = "what cli's packet filter does with ICMP" },
  pause = { default = "100ms", min = "1ms", max = "400ms", help = "between two send(); a round trip takes 20 ms" },
  server = { default = "is down", values = { "is down", "is up" }, help = "whether a program at srv has the port" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
if params.icmp == "is dropped" then filter(cli, "drop", { proto = "icmp" }) end

if params.server == "is up" then
  process(srv, "sink", function()
    local fd = check(socket(AF_INET, SOCK_DGRAM))
    check(bind(fd, "0.0.0.0", 9000))
    while true do check(recv(fd, 100)) end
  end)
end

process(cli, "unconnected", { start = "5ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  for _ = 1, 3 do
    print("sendto:", sendto(fd, "hello", "srv", 9000))
    sleep(params.pause)
  end
end)

process(cli, "connected", { start = "55ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  check(connect(fd, "srv", 9000))
  for _ = 1, 3 do
    print("send:", send(fd, "hello"))
    sleep(params.pause)
  end
end)

bookmark("nobody", on { kind = "PacketDropped", host = srv, reason = "PortUnreachable" })
bookmark("unconnected-told", on { kind = "PacketDropped", host = cli, reason = "UnreachableIgnored" })
bookmark("connected-told", on { kind = "SocketError", host = cli })

local function results(w, process, name)
  local list = {}
  for i, call in ipairs(w:calls { process = process, name = name }) do list[i] = call.errno or "ok" end
  return table.concat(list, ", ")
end

at(0, "Port 9000 of srv: the server {params.server}. unconnected names it with each sendto(), connected once, with connect().")
at("nobody", "The datagram is at srv, and no socket has the port. Over TCP the answer would be RST; UDP has no such thing, so "
   .. "srv's kernel answers with ICMP: «port unreachable», with the head of the datagram in it.")
at("unconnected-told", "cli's kernel reads the ICMP message, finds the socket by its port, and passes it over: the socket may be "
   .. "talking with many, and an error without a name would help nobody.")
at("connected-told", "This socket has one peer, so the error can only mean that one. It waits in the socket, as SO_ERROR, for the "
   .. "next call.")
at("end", "srv counted {w:counter('srv', 'UdpNoPorts')} datagrams for a port that nobody has, and sent "
   .. "{w:counter('srv', 'IcmpOutDestUnreachs')} messages about them.")

predict {
  at = "end",
  ask = "unconnected called sendto() three times, {params.pause} apart. The server {params.server}, ICMP {params.icmp}. What did the "
     .. "three calls give?",
  type = "choice",
  options = { "ok, ok, ok", "ok, ECONNREFUSED, ok", "ok, ECONNREFUSED, ECONNREFUSED", "ECONNREFUSED, ECONNREFUSED, ECONNREFUSED" },
  answer = function(w) return results(w, "unconnected", "sendto") end,
}

predict {
  at = "end",
  ask = "connected did the same with send(), after connect(). And its three calls?",
  type = "choice",
  options = { "ok, ok, ok", "ok, ECONNREFUSED, ok", "ok, ECONNREFUSED, ECONNREFUSED", "ECONNREFUSED, ECONNREFUSED, ECONNREFUSED" },
  answer = function(w) return results(w, "connected", "send") end,
}

predict {
  at = "end",
  ask = "connect() of a TCP socket sends a SYN. How many packets had connected's connect() sent?",
  type = "number",
  options = { 0, 1, 3 },
  answer = function(w)
    local call, count = w:calls { process = "connected", name = "connect", nth = 1 }, 0
    for _, packet in ipairs(w:packets { from = cli }) do
      if packet.sent >= call.entered and packet.sent < call.returned then count = count + 1 end
    end
    return count
  end,
}

-- fact 8-09
expect("whoever has no peer is never told", function(w) return results(w, "unconnected", "sendto") == "ok, ok, ok" end)

-- fact 8-10
expect("whoever has one is told once, at the call after the answer", function(w)
  local told = params.server == "is down" and params.icmp == "passes" and #w:records { kind = "SocketError", host = cli } > 0
  local got = results(w, "connected", "send")
  if not told then return got == "ok, ok, ok", got end
  local call = w:calls { process = "connected", name = "send", nth = 2 }
  local early = call.entered < w:records { kind = "SocketError", host = cli, nth = 1 }.time
  return got == "ok, ECONNREFUSED, ok" or early, got
end)

expect("the call that failed sent nothing; each other one its datagram", function(w)
  local sent = 0
  for _, process in ipairs { "connected", "unconnected" } do
    for _, name in ipairs { "send", "sendto" } do
      for _, call in ipairs(w:calls { process = process, name = name }) do if call.result then sent = sent + 1 end end
    end
  end
  return w:counter(cli, "UdpOutDatagrams") == sent, sent
end)
