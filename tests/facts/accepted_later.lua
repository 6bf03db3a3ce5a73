-- What clients may do before anybody accepts them, and who gets no listener at all.
-- facts 4.1-05, 4.1-06, 4.1-07, 4.1-08, 4.1-10
scenario { title = "accepted later", limits = "", stop_at = "1s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  local bound = check(socket(AF_INET, SOCK_STREAM))
  check(bind(bound, "0.0.0.0", 81))
  sleep("300ms")
  for _ = 1, 2 do
    local conn, peer = check(accept(fd))
    print(peer.port, recv(conn, 100), recv(conn, 100, MSG_DONTWAIT))
  end
  sleep("100ms")
  check(shutdown(fd, SHUT_RD))
  sleep(100)
end)

local function client(port, fn)
  return function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", port))
    check(connect(fd, "srv", 80))
    fn(fd)
    sleep(100)
  end
end
process(cli, "first", { start = "1ms" }, client(5001, function(fd) send(fd, "first") end))
process(cli, "second", { start = "30ms" }, client(5002, function(fd) send(fd, "second"); close(fd) end))
process(cli, "third", { start = "60ms" }, client(5003, function(fd) recv(fd, 10) end))
process(cli, "nobody", { start = "90ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  connect(fd, "srv", 82)
  connect(fd, "srv", 81)
end)

bookmark("waiting", "250ms")
expect("data and FIN of clients that nobody has accepted are received and acknowledged", "waiting", function(w)
  local open = w:sockets { host = srv, lport = 80, state = "ESTAB" }
  local shut = w:sockets { host = srv, lport = 80, state = "CLOSE-WAIT" }[1]
  return #open == 2 and open[1].process == "" and open[1].recvq + open[2].recvq == 5 and shut.recvq == 7
end)
expect("who completes first is accepted first; the data is there, and the end of it", function(w)
  local accepted = w:calls { process = "web", name = "recv" }
  local results = {}
  for i, call in ipairs(accepted) do results[i] = call.errno or call.result end
  return table.concat(results, " ") == "5 EAGAIN 6 0", table.concat(results, " ")
end)
expect("where nobody listens, RST answers, also for a socket that is bound only", function(w)
  local calls = w:calls { process = "nobody", name = "connect" }
  local rst = w:packets { from = srv, flags = "RST", nth = 1 }
  return calls[1].errno == "ECONNREFUSED" and calls[2].errno == "ECONNREFUSED" and rst.seq == 0 and rst.flags == "RST,ACK"
end)
expect("shutdown(SHUT_RD) of the listener resets who waits", function(w)
  return w:calls { process = "third", name = "recv", nth = 1 }.errno == "ECONNRESET"
end)
