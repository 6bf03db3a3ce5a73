scenario {
  version = 1,
  id = "H2",
  title = "Connected, never accepted",
  summary = "A server listens and sleeps. A client connects to it and sends, and both calls succeed.",
  goal = "Say what a successful connect() and send() prove, and where the bytes are meanwhile.",
  limits = "Follows Linux 6.18. The link loses nothing. A process that ends stands for one that is killed.",
  notes = "Say: the kernel opens the connection, the program fetches it later. Avoid: 'the server answered'.",
  stop_at = "3s",
}

params {
  server = { default = "sleeps", values = { "sleeps", "ends" }, help = "what web does after its first second" },
  message = { default = "hello", help = "what curl sends" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 5))
  sleep("1s")  -- too busy to call accept()
  if params.server == "sleeps" then sleep("1h") end
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  print("send:", send(fd, params.message))
  print("recv:", recv(fd, 100))
end)

bookmark("open", on { kind = "QueueEntered", host = srv, reason = "HandshakeCompleted" })
bookmark("sent", "500ms")

at(0, "web calls listen(), and goes to sleep for a second. From now on srv's kernel opens connections by itself.")
at("open", "The handshake is complete, and web slept through it. The connection waits in the accept queue: "
   .. "{w:listener('srv', 8080).accept_queue} of {w:listener('srv', 8080).backlog + 1} places are taken.")
at("sent", "curl's bytes have crossed the wire, and srv's kernel has acknowledged them. "
   .. "{w:sockets{host = 'srv', state = 'ESTAB'}[1].recvq} bytes lie in the receive queue of a socket that no program has.")
at("1s", "After a second web {params.server == 'ends' and 'ends, and with it its listening socket' or 'sleeps on'}.")

-- srv's end of the connection, as ss shows it.
local function servers_end(w)
  return w:sockets { host = srv, lport = 8080, state = "ESTAB" }[1]
end

predict {
  at = "sent",
  ask = "curl has called send() with {#params.message} bytes. What came of it?",
  type = "choice",
  options = { function() return tostring(#params.message) end, "0", "EAGAIN", "send() still blocks" },
  answer = function(w)
    local call = w:calls { process = "curl", name = "send", nth = 1 }
    if call.blocked then return "send() still blocks" end
    return call.errno or tostring(call.result)
  end,
}

predict {
  at = "sent",
  ask = "srv's end is {w:sockets{host = 'srv', lport = 8080, state = 'ESTAB'}[1].state}. Whose is it: which process does ss name?",
  type = "choice",
  options = { "web", "curl", "nobody's" },
  answer = function(w)
    local owner = servers_end(w).process
    return owner == "" and "nobody's" or owner
  end,
}

predict {
  at = "sent",
  ask = "How many bytes wait at srv to be read?",
  type = "number",
  options = { 0, function() return #params.message end, 100 },
  answer = function(w) return servers_end(w).recvq end,
}

predict {
  at = "end",
  ask = "web {params.server} without having called accept(). What does curl's recv() give?",
  type = "choice",
  options = { "recv() still blocks", "ECONNRESET", "\"\" (the end)", "ETIMEDOUT" },
  answer = function(w)
    local call = w:calls { process = "curl", name = "recv", nth = 1 }
    if call.blocked then return "recv() still blocks" end
    return call.errno or "\"\" (the end)"
  end,
}

-- facts 4.1-02, 4.1-06
expect("connect() and send() succeed though nobody accepts", "sent", function(w)
  local connect = w:calls { process = "curl", name = "connect", nth = 1 }
  local send = w:calls { process = "curl", name = "send", nth = 1 }
  return not connect.errno and send.result == #params.message and #w:calls { process = "web", name = "accept" } == 0
end)

expect("the bytes are acknowledged and wait in a socket that no process has", "sent", function(w)
  local row = servers_end(w)
  local mine = w:sockets { host = cli, state = "ESTAB" }[1]
  return row.process == "" and row.recvq == #params.message and mine.sendq == 0
end)

expect("the connection waits in the accept queue", "sent", function(w)
  return w:listener(srv, 8080).accept_queue == 1
end)

-- fact 4.1-09
expect("when the server ends, the client is reset; otherwise it waits on", function(w)
  local call = w:calls { process = "curl", name = "recv", nth = 1 }
  if params.server == "sleeps" then return call.blocked end
  return call.errno == "ECONNRESET" and #w:packets { from = srv, flags = "RST" } == 1
end)
