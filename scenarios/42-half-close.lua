scenario {
  version = 1,
  id = "C2",
  title = "Half close",
  summary = "A client says that it has sent everything, and still receives an answer that comes much later.",
  goal = "Say what each end may still do after shutdown(SHUT_WR), and what recv() returning nothing means.",
  limits = "Follows Linux 6.18. The link loses nothing; each call takes 1 µs.",
  notes = "Say: recv gave nothing, so the peer sends no more; that is all it says. Avoid: 'the connection is gone'.",
}

params {
  says_goodbye_with = { default = "shutdown", values = { "shutdown", "close" },
                        help = "how the client tells that it has sent everything" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

-- Counts what comes until the end, and answers only then: like sort(1), which must see the last line first.
process(srv, "sorter", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  local got = 0
  while true do
    local data = check(recv(conn, 100))
    if data == "" then break end
    got = got + #data
  end
  print("the client has sent everything:", got, "bytes")
  sleep("100ms")
  print("send:", send(conn, "sorted", MSG_NOSIGNAL))
  sleep("50ms")
  check(close(conn))
end)

process(cli, "client", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  check(send(fd, "c b a"))
  sleep("30ms")
  if params.says_goodbye_with == "close" then
    check(close(fd))
    return
  end
  check(shutdown(fd, SHUT_WR))
  print("send after shutdown:", send(fd, "d", MSG_NOSIGNAL))
  print("recv:", check(recv(fd, 100)))
  print("recv:", check(recv(fd, 100)))
  check(close(fd))
end)

-- facts 6.1-03, 6.1-08
bookmark("half-closed", on { kind = "StateChanged", host = srv, state = "CLOSE-WAIT" })
bookmark("quiet", "140ms")

at("half-closed", "The client's FIN is here: this direction is done, and recv() will give nothing any more. The other "
   .. "direction is open, and sorter has not even begun to answer.")
at("quiet", "Nothing moves. The client's end is {w:sockets{host = 'cli'}[1].state}: it has said all it had to say, and waits. "
   .. "srv's end is {w:sockets{host = 'srv', lport = 8080}[1].state}: it is the program's turn.")

local function bytes_received(w)
  local bytes = 0
  for _, packet in ipairs(w:packets { from = srv, to = cli }) do
    if packet.arrived then bytes = bytes + packet.length end
  end
  return bytes
end

predict {
  at = "end",
  ask = "The client said goodbye with {params.says_goodbye_with}; 100 ms later sorter sent 6 bytes. Did they reach the "
     .. "client's program?",
  type = "choice",
  options = { "yes", "no" },
  answer = function(w)
    local received = w:calls { process = "client", name = "recv", nth = 1 }
    return received ~= nil and received.result == 6 and "yes" or "no"
  end,
}

predict {
  at = "half-closed",
  ask = "After shutdown(fd, SHUT_WR) the client calls send() again. What does it get?",
  type = "choice",
  options = { "1", "EPIPE", "ECONNRESET", "it blocks" },
  answer = function(w)
    local sent = w:calls { process = "client", name = "send", nth = 2 }
    return sent ~= nil and sent.errno or "it has no socket any more"
  end,
}

expect("what comes after a half close is received; a closed end answers it with RST", function(w)
  if params.says_goodbye_with == "close" then return #w:packets { from = cli, flags = "RST" } > 0 end
  return bytes_received(w) == 6 and w:calls { process = "client", name = "recv", nth = 1 }.result == 6
end)

expect("the half closed end cannot send", function(w)
  if params.says_goodbye_with == "close" then return true end
  return w:calls { process = "client", name = "send", nth = 2 }.errno == "EPIPE"
end)

expect("both ends of the half closed connection have a process", "quiet", function(w)
  local mine, theirs = w:sockets { host = cli }[1], w:sockets { host = srv, lport = 8080 }
  if params.says_goodbye_with == "close" then return true end
  return mine.state == "FIN-WAIT-2" and #theirs > 0
end)
