-- The SYN-ACK's timer, and TCP_DEFER_ACCEPT.
-- facts 4.4-12, 4.4-14
scenario { title = "SYN-ACK timer", limits = "", stop_at = "80s" }
compare { sysctl = { tcp_synack_retries = 2 }, stop_at = "7700ms" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local defers = host { name = "defers", ip = "192.168.1.11" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 20))
  sleep(100)
end)
process(defers, "late", function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
  check(bind(fd, "0.0.0.0", 80))
  check(setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3))
  print(getsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT))
  check(listen(fd, 20))
  sleep("500ms")
  print(accept(fd))
  sleep("500ms")
  print(accept(fd))
  sleep(100)
end)

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  p:send { flags = "S", from = 4000, to = 80, seq = 1000, mss = 1460 }
end)
peer(defers, { ip = "10.9.0.3", delay = "5ms", start = "1ms", name = "peer2" }, function(p)
  for port = 4000, 4001 do
    p:send { flags = "S", from = port, to = 80, seq = 1000, mss = 1460 }
    local r = check(p:expect { flags = "SA", to = port, within = "1s" })
    p:send { flags = "A", from = port, to = 80, seq = 1001, ack = r.seq + 1 }
    if port == 4001 then
      sleep("650ms")
      p:send { flags = "PA", from = port, to = 80, seq = 1001, ack = r.seq + 1, data = "GET /" }
    end
  end
end)

local function times(w, from, to)
  local list = {}
  for _, packet in ipairs(w:packets { from = from, flags = "SYN,ACK" }) do
    if packet.dst == to then list[#list + 1] = packet.sent end
  end
  local text = {}
  for i, time in ipairs(list) do text[i] = string.format("%.0f", time - list[1]) end
  return table.concat(text, " ")
end

bookmark("waiting", "400ms")
expect("a request is SYN-RECV with empty queues and nobody's", "waiting", function(w)
  local row = w:sockets { host = srv, state = "SYN-RECV" }[1]
  return row.recvq == 0 and row.sendq == 0 and row.process == ""
end)
expect("the SYN-ACK is repeated after 1, 3, 7, 15 and 31 s", function(w)
  return times(w, srv, "10.9.0.2:4000") == "0 1 3 7 15 31", times(w, srv, "10.9.0.2:4000")
end)
expect("after 63 s the request is removed", function(w)
  local gone = w:records { kind = "StateChanged", host = srv, reason = "RequestGivenUp", nth = 1 }
  return math.abs(gone.time - 63) < 0.01 and w:counter(srv, "TCPTimeouts") == 6 and w:counter(srv, "TcpRetransSegs") == 5
end)
expect("TCP_DEFER_ACCEPT: the bare ACK opens nothing, data does", function(w)
  local calls = w:calls { process = "late", name = "accept" }
  return calls[1].errno == "EAGAIN" and calls[2].result == 4 and w:calls { process = "late", name = "getsockopt", nth = 1 }.result == 3
end)
expect("and the SYN-ACK is repeated only when the wait is over", function(w)
  return times(w, defers, "10.9.0.3:4000") == "0 3 7 15 31", times(w, defers, "10.9.0.3:4000")
end)
