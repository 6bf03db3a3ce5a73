scenario {
  version = 1,
  id = "X4",
  title = "Loopback or Unix socket?",
  summary = "The same two programs, on one machine: once over TCP to 127.0.0.1, once over a Unix socket.",
  goal = "Say what work a TCP connection does even when both ends are on one machine, and what is left of it without.",
  limits = "Follows Linux 6.18. The model counts what is done, not how long it takes: each call takes 1 µs.",
  notes = "Say: loopback is a network without a wire: segments, acknowledgements, windows and timers are all there. A Unix "
       .. "socket copies the bytes into the other's queue. Avoid: 'localhost is a short cut around TCP'.",
}

params {
  rounds = { default = 3, min = 1, max = 20, help = "questions and answers" },
  bytes = { default = 1000, min = 1, max = 20000, help = "in each question and each answer" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

-- The two programs know nothing of what they speak over, but for one line each.
local function serve(fd)
  check(listen(fd, 5))
  local conn = check(accept(fd))
  while true do
    local question = check(recv(conn, params.bytes, MSG_WAITALL))
    if question == "" then break end
    check(send(conn, pattern(params.bytes)))
  end
  close(conn)
end
local function ask(fd)
  for _ = 1, params.rounds do
    check(send(fd, pattern(params.bytes)))
    check(recv(fd, params.bytes, MSG_WAITALL))
  end
  close(fd)
end

process(srv, "tcp-server", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "127.0.0.1", 8080))
  serve(fd)
end)
process(srv, "unix-server", function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  check(bind(fd, "/tmp/8080"))
  serve(fd)
end)
process(srv, "tcp-client", { start = "10ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "127.0.0.1", 8080))
  ask(fd)
end)
process(srv, "unix-client", { start = "110ms" }, function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  check(connect(fd, "/tmp/8080"))
  ask(fd)
end)

-- facts 9-14, 9-18
bookmark("tcp-done", "100ms")
bookmark("unix-done", "200ms")

local function between(w, kind, from, to)
  local count = 0
  for _, row in ipairs(w:records { host = srv, kind = kind }) do
    if row.time >= from and row.time < to then count = count + 1 end
  end
  return count
end

at("tcp-done", "Over TCP: {#w:packets {}} packets for {params.rounds} questions and answers. SYN, ACK and FIN are among them, "
   .. "as everywhere; a timer was set {#w:records { host = 'srv', kind = 'TimerArmed', reason = 'Unacknowledged' }} times, in case "
   .. "one is lost. None can be.")
at("unix-done", "Packets so far: still {#w:packets {}}. Over the Unix socket there were "
   .. "{#w:records { host = 'srv', kind = 'MessageMoved' }} movements, into a queue or out of it.")

predict {
  at = "tcp-done",
  ask = "Both ends are on one machine, and asked {params.rounds} times. How many packets has TCP sent for it?",
  type = "number",
  answer = function(w) return #w:packets {} end,
}

predict {
  at = "unix-done",
  ask = "The TCP pair needed {#w:packets {}} packets. How many did the Unix pair need?",
  type = "number",
  answer = function(w) return between(w, "PacketSent", 0.1, 0.2) end,
}

expect("both pairs see the same: as many calls, with the same results", function(w)
  for _, name in ipairs { "send", "recv", "connect" } do
    local tcp, unix = w:calls { process = "tcp-client", name = name }, w:calls { process = "unix-client", name = name }
    if #tcp ~= #unix then return false, name end
    for i, call in ipairs(tcp) do
      if call.result ~= unix[i].result then return false, name .. " " .. i end
    end
  end
  return true
end)

expect("TCP sends segments, also to itself; the Unix socket none", function(w)
  return between(w, "PacketSent", 0, 0.1) >= 7 + 2 * params.rounds and between(w, "PacketSent", 0.1, 0.2) == 0
         and w:counter(srv, "TcpOutSegs") == between(w, "PacketSent", 0, 0.1)
end)

expect("the Unix pair moves each message twice: into a queue, and out", function(w)
  return between(w, "MessageMoved", 0.1, 0.2) >= 4 * params.rounds and between(w, "TimerArmed", 0.1, 0.2) == 0
end)
