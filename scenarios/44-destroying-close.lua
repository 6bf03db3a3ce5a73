scenario {
  version = 1,
  id = "C4",
  title = "The close that destroys",
  summary = "A server sends its reply and closes. It has not read all of the request, and the reply is lost in part.",
  goal = "Say when close() sends RST instead of FIN, and what becomes of data that send() has accepted.",
  limits = "Follows Linux 6.18. The link loses nothing; each call takes 1 µs.",
  notes = "Say: send() returned, so the kernel has it. Avoid: 'send() returned, so it arrived'.",
}

params {
  server = { default = "closes at once", values = { "closes at once", "reads everything", "drains" },
             help = "what the server does about the rest of the request" },
  reply = { default = 20000, min = 1, max = 40000, help = "bytes of the reply" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  sleep("20ms")  -- all of the request is here
  check(recv(conn, params.server == "reads everything" and 1000 or 10))  -- the request line is enough for an answer
  print("send took", check(send(conn, string.rep("r", params.reply))), "bytes")
  if params.server == "drains" then
    check(shutdown(conn, SHUT_WR))
    while check(recv(conn, 1000)) ~= "" do end
  end
  check(close(conn))
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  check(send(fd, "GET / and a body of a hundred bytes, of which the server wants to know only the first ten, as it seems."))
  sleep("200ms")
  local got = 0
  while true do
    local data, err = recv(fd, 8000)
    if not data then print("recv:", err) break end
    if data == "" then print("recv: the end") break end
    got = got + #data
  end
  print("received", got, "of", params.reply)
end)

-- facts 6.2-01, 6.2-14
bookmark("reset", on { kind = "PacketSent", host = srv, reason = "UnreadData" })
bookmark("arrived", on { kind = "StateChanged", host = cli, state = "CLOSED" })

at("reset", "close() finds bytes of the request that were never read. Nobody will read them now, and the client must learn "
   .. "that they were lost. So RST instead of FIN; what was still waiting to be sent is thrown away.")
at("arrived", "The RST is here. What came before it lies in the receive queue and may still be read; then recv() says "
   .. "ECONNRESET.")

local function received(w)
  local bytes = 0
  for n = 1, 20 do
    local call = w:calls { process = "curl", name = "recv", nth = n }
    if call == nil then break end
    bytes = bytes + (call.result or 0)
  end
  return bytes
end
local function last_flags(w)
  local all = w:packets { from = srv, to = cli }
  for n = #all, 1, -1 do
    if string.find(all[n].flags, "RST", 1, true) then return "RST" end
  end
  return "FIN"
end

predict {
  at = "end",
  ask = "The server {params.server}. How did it end the connection?",
  type = "choice",
  options = { "FIN", "RST" },
  answer = last_flags,
}

predict {
  at = "end",
  ask = "send() took {params.reply} bytes of the reply. How many of them did the client's program receive?",
  type = "number",
  options = { 0, function() return params.reply end, function(w) return received(w) end },
  answer = received,
}

expect("unread bytes turn FIN into RST", function(w)
  return (last_flags(w) == "RST") == (params.server == "closes at once")
end)

expect("what had arrived before the RST is read first, then comes ECONNRESET", function(w)
  if params.server ~= "closes at once" then return received(w) == params.reply end
  local n = 1
  while w:calls { process = "curl", name = "recv", nth = n + 1 } do n = n + 1 end
  return w:calls { process = "curl", name = "recv", nth = n }.errno == "ECONNRESET" and received(w) <= params.reply
end)

expect("send() had accepted the whole reply", function(w)
  return w:calls { process = "web", name = "send", nth = 1 }.result == params.reply
end)

expect("a reset connection leaves no TIME-WAIT", function(w)
  return params.server ~= "closes at once" or #w:records { kind = "StateChanged", state = "TIME-WAIT" } == 0
end)
