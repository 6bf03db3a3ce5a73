scenario {
  version = 1,
  id = "B2",
  title = "Two tickets, one socket",
  summary = "close() gives a number back. The connection ends when nobody holds it any more.",
  goal = "Say which close() sends the FIN, and what ends a connection at once, whoever else holds it.",
  limits = "Follows Linux 6.18. The link loses nothing and has no rate; each call takes 1 µs.",
  notes = "Say: close() drops a reference; shutdown() speaks to the socket. Avoid: 'close() sends FIN'. In a server that "
       .. "forks, a child that still holds the connection keeps the client waiting for an end that never comes.",
}

params {
  second = { default = "dup", values = { "dup", "fork" }, help = "how the connection gets a second descriptor" },
  shutdown = { default = "no", values = { "no", "yes" }, help = "shutdown(SHUT_WR) before the first close()" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  local data = check(recv(conn, 100))
  print("recv gave", #data, "bytes: the client has said all")
  sleep("30ms")
  check(close(conn))
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  local copy
  if params.second == "fork" then
    fork(function()  -- the child has the same descriptor, and holds on to it longer
      sleep("150ms")
      check(close(fd))
      sleep("200ms")
    end)
  else
    copy = check(dup(fd))
  end
  sleep("50ms")
  if params.shutdown == "yes" then check(shutdown(fd, SHUT_WR)) end
  sleep("25ms")
  check(close(fd))
  if copy then
    sleep("75ms")
    check(close(copy))
  else
    check(wait())
  end
  sleep("200ms")
end)

-- facts 1-16, 1-17, 1-18
bookmark("two-tickets", "60ms")
bookmark("first-close", on { kind = "DescriptorClosed", process = "curl", nth = 1 })
bookmark("fin", on { kind = "StateChanged", host = cli, state = "FIN-WAIT-1" })
bookmark("web-reads-the-end", on { kind = "StateChanged", host = srv, state = "CLOSE-WAIT" })

at("two-tickets", "Two descriptors name the same open file, and with it the same "
   .. "connection. lsof shows two rows with one inode.")
at("first-close", "The first close(): one number less. What it named has another name still, so nothing else happens.")
at("fin", "Now a FIN leaves: this end has said all that it will say.")
at("web-reads-the-end", "The FIN has arrived: web's recv() gives an empty string, the end of the stream.")

-- The descriptors that name the connection, of all programs called curl.
local function tickets(w)
  local count = 0
  for _, row in ipairs(w:fds("curl")) do
    if string.find(row.what, "TCP", 1, true) then count = count + 1 end
  end
  return count
end

-- The call that the FIN left in.
local function ending(w)
  local fin = w:packets { from = cli, flags = "FIN", nth = 1 }
  if not fin then return "no call" end
  local last, closes = "no call", 0
  for _, call in ipairs(w:calls { process = "curl", name = "shutdown" }) do
    if call.entered <= fin.sent then last = "shutdown()" end
  end
  for _, call in ipairs(w:calls { process = "curl", name = "close" }) do
    if call.entered <= fin.sent then
      closes = closes + 1
      last = closes == 1 and "the first close()" or "the second close()"
    end
  end
  return last
end

predict {
  at = "two-tickets",
  ask = "curl has connected and called {params.second}(). How many descriptors name the connection?",
  type = "number",
  options = { 1, 2, 3 },
  answer = function(w) return tickets(w) end,
}

predict {
  at = "first-close",
  ask = "One of the descriptors is closed now. In which state is cli's end after that?",
  type = "choice",
  options = { "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "gone" },
  answer = function(w)
    local row = w:sockets { host = cli }[1]
    return row and row.state or "gone"
  end,
}

predict {
  at = "web-reads-the-end",
  ask = "web's recv() waits for data, or for the end. Which call of curl brings it the end?",
  type = "choice",
  options = { "shutdown()", "the first close()", "the second close()", "no call" },
  answer = function(w) return ending(w) end,
}

expect("two descriptors name one connection", "two-tickets", function(w)
  return tickets(w) == 2 and #w:sockets { host = cli } == 1
end)

expect("after the first close() the connection is open, unless shutdown() came before", "first-close", function(w)
  local state = w:sockets { host = cli }[1].state
  return (state == "ESTAB") == (params.shutdown == "no"), state
end)

expect("the FIN leaves in the last close(), or in shutdown() at once", function(w)
  return ending(w) == (params.shutdown == "yes" and "shutdown()" or "the second close()")
end)

expect("each end sends exactly one FIN", function(w)
  return #w:packets { from = cli, flags = "FIN" } == 1 and #w:packets { from = srv, flags = "FIN" } == 1
end)
