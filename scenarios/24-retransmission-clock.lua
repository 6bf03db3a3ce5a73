scenario {
  version = 1,
  id = "H4",
  title = "The retransmission clock",
  summary = "The first packets of a connection are lost. Nobody says so; a clock does.",
  goal = "Tell from the time that a connect() took how many packets were lost, and whose.",
  limits = "Follows Linux 6.18: at first a SYN is repeated every second (tcp_syn_linear_timeouts; older kernels double at once: "
    .. "0, 1, 3, 7, 15 s …). Timers fire exactly; real ones are up to some percent late.",
  notes = "Say: the client waited for its own timer. Avoid: 'the server took a second'.",
  stop_at = "3min",
}

params {
  lost = { default = 2, min = 0, max = 11, help = "how many of the first packets are lost" },
  which = { default = "SYN", values = { "SYN", "SYN,ACK" }, help = "which packets" },
  linear = { default = 4, min = 0, max = 10, help = "net.ipv4.tcp_syn_linear_timeouts; 0: as before Linux 6.5" },
}

compare { stop_at = "6s" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { tcp_syn_linear_timeouts = params.linear } }
local srv = host { name = "srv", ip = "192.168.1.10" }
local wire = link { cli, srv, delay = "10ms" }
for i = 1, params.lost do
  fault(wire, { from = params.which == "SYN" and cli or srv, match = params.which, nth = i, action = "drop" })
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  check(accept(fd))
  sleep("1h")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print("connect:", connect(fd, "srv", 80))
  sleep("1h")
end)

bookmark("lost", on { kind = "PacketDropped", reason = "FaultDropped" })
bookmark("again", on { kind = "TimerFired", host = cli })

at(0, "curl connects to web, and the first {params.lost} {params.which} packets are going to be lost.")
at("lost", "A packet is lost. No host learns of it: there is nothing on the wire that could tell.")
at("again", "cli's retransmission timer runs out: no answer came in time, so the same SYN goes out again. Who sent it did not "
   .. "fail, and nobody was slow; the clock was set to a second.")

local function syns(w) return w:packets { from = cli, flags = "SYN" } end
local function took(w)
  local call = w:calls { process = "curl", name = "connect", nth = 1 }
  return call.returned and call.returned - call.entered
end

predict {
  at = "end",
  ask = "With {params.lost} packets lost: how long did connect() take?",
  type = "duration",
  tolerance = "100ms",
  answer = function(w) return took(w) or 0 end,
}

predict {
  at = "end",
  ask = "How many SYNs did cli send?",
  type = "number",
  options = { 1, 2, 3, 4, 11 },
  answer = function(w) return #syns(w) end,
}

predict {
  at = "end",
  ask = "Whose clocks ran out on the way to this connection?",
  type = "choice",
  options = { "nobody's", "cli's", "srv's", "both" },
  answer = function(w)
    local client, server = w:counter(cli, "TCPTimeouts") > 0, w:counter(srv, "TCPTimeouts") > 0
    return client and server and "both" or client and "cli's" or server and "srv's" or "nobody's"
  end,
}

-- facts 5.2-01, 5.2-02
expect("SYNs go out a second apart, later twice as far each time", function(w)
  local wait = 1
  local list = syns(w)
  for i = 2, #list do
    if math.abs(list[i].sent - list[i - 1].sent - wait) > 0.001 then return false, "SYN " .. i end
    if i - 1 > params.linear then wait = wait * 2 end
  end
  return true
end)

expect("with lost SYNs connect() takes the time of the last repeat, and one round trip", function(w)
  if params.which ~= "SYN" or params.lost > 10 then return true end
  local list = syns(w)
  local time = took(w)
  return time ~= nil and math.abs(time - (list[#list].sent - list[1].sent) - 0.02) < 0.001 and #list == params.lost + 1
end)

expect("every repeat was a timeout, and is counted", function(w)
  if params.which ~= "SYN" then return w:counter(cli, "TCPTimeouts") >= #syns(w) - 1 end
  return w:counter(cli, "TCPSynRetrans") == #syns(w) - 1
end)
