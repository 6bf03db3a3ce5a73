scenario {
  version = 1,
  id = "Q3",
  title = "The half-known connection",
  summary = "A final ACK finds the accept queue full. One end says ESTABLISHED, the other says half-open, for a minute.",
  goal = "Explain how the two ends of a connection can disagree for so long, and how it ends.",
  limits = "Follows Linux 6.18. The link loses nothing; each client comes from a program of its own. Of the cookies that a "
    .. "larger burst meets, lesson Q4 tells.",
  notes = "Say: each end believes what it has seen. Avoid: 'the connection is half open' without saying on which end.",
  stop_at = "3min",
}

params {
  burst = { default = 2, min = 1, max = 8, help = "clients that come together, after the early one" },
  abort = { default = 0, min = 0, max = 1, help = "net.ipv4.tcp_abort_on_overflow" },
  talk = { default = "yes", values = { "yes", "no" }, help = "do the clients send something once they are connected?" },
  accept_at = { default = "1h", help = "when the server accepts one connection; 1h: practically never" },
}

compare { params = { talk = "no" }, sysctl = { tcp_synack_retries = 1 }, stop_at = "4500ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { tcp_abort_on_overflow = params.abort } }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 1))
  sleep(params.accept_at)
  check(accept(fd))
  sleep("1h")
end)

local function curl()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  if params.talk == "yes" then print("send:", send(fd, "hello", MSG_NOSIGNAL)) end
  print("recv:", recv(fd, 100))
end

process(cli, "early", { start = "1ms" }, curl)
for i = 1, params.burst do
  process(cli, "curl-" .. i, { start = 0.1 + i * 0.001 }, curl)
end

bookmark("final-ack", on { kind = "PacketDropped", host = srv, reason = "AcceptQueueFullAck" })
bookmark("disagree", "160ms")

at(0, "web listens with backlog 1 and does not accept: both queues hold two. The client early comes first, and takes one place.")
at("100ms", "Then {params.burst} more come within a few milliseconds. When their SYNs arrive, the accept queue still has room.")
at("final-ack", "Here comes the third packet of a handshake, and the accept queue is full: "
   .. "{w:listener('srv', 8080).accept_queue}, limit {w:listener('srv', 8080).backlog}. srv ignores it. The client was done when it sent it.")
at("disagree", "cli counts {#w:sockets{host = 'cli', state = 'ESTAB'}} connections as ESTABLISHED. srv has "
   .. "{#w:sockets{host = 'srv', state = 'ESTAB'}}, and {#w:sockets{host = 'srv', state = 'SYN-RECV'}} in SYN-RECV.")

local last = "curl-" .. params.burst

predict {
  at = "disagree",
  ask = "60 ms after the burst: how many of cli's {params.burst + 1} connections are ESTABLISHED, as cli sees it?",
  type = "number",
  options = { 1, 2, function() return params.burst + 1 end, 0 },
  answer = function(w) return #w:sockets { host = cli, state = "ESTAB" } end,
}

predict {
  at = "disagree",
  ask = "And how many are ESTABLISHED as srv sees it?",
  type = "number",
  options = { 1, 2, function() return params.burst + 1 end, 0 },
  answer = function(w) return #w:sockets { host = srv, state = "ESTAB" } end,
}

predict {
  at = "end",
  ask = "What did {'curl-' .. params.burst}'s send() of 5 bytes return?",
  type = "choice",
  options = { "5", "EAGAIN", "ECONNRESET", "EPIPE", "it was not called" },
  answer = function(w)
    local call = w:calls { process = last, name = "send", nth = 1 }
    if call == nil then return "it was not called" end
    return call.errno or tostring(call.result)
  end,
}

predict {
  at = "end",
  ask = "What does {'curl-' .. params.burst}'s recv() give in the end?",
  type = "choice",
  options = { "ECONNRESET", "ETIMEDOUT", "\"\" (the end)", "recv() blocks" },
  answer = function(w)
    local call = w:calls { process = last, name = "recv", nth = 1 }
    if call == nil or call.blocked then return "recv() blocks" end
    return call.errno or "\"\" (the end)"
  end,
}

-- facts 4.2-02, 4.2-03
expect("as long as nobody accepts, srv's accept queue holds two, whatever cli believes", "disagree", function(w)
  if params.accept_at == "1h" and params.burst > 1 then
    return #w:sockets { host = srv, state = "ESTAB" } == 2
  end
  return #w:sockets { host = srv, state = "ESTAB" } <= 2
end)

-- facts 4.2-04, 4.2-08
expect("ignored segments are counted as overflows", function(w)
  local ignored = 0
  for _, reason in ipairs { "AcceptQueueFullAck", "AcceptQueueFullAbort", "AcceptQueueFull", "AcceptQueueFullCookie" } do
    ignored = ignored + #w:records { kind = "PacketDropped", host = srv, reason = reason }
  end
  return w:counter(srv, "ListenOverflows") == ignored
end)

-- facts 4.2-05, 4.2-06
expect("without anybody who accepts, the last client of a burst is reset in the end", function(w)
  if params.accept_at ~= "1h" or params.burst == 1 then return true end
  local call = w:calls { process = last, name = "recv", nth = 1 }
  if params.talk == "no" then return call.blocked end  -- who says nothing never learns
  -- A burst that meets cookies: nothing at srv times out, and a cookie is good for two minutes.
  return call.errno == "ECONNRESET" or (call.blocked and w:counter(srv, "SyncookiesSent") > 0)
end)
