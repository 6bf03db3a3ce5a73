-- A listener closes while handshakes are half-open: nothing is sent, the requests stay until their timers.
-- fact 4.1-11
scenario { title = "closed listener", limits = "", stop_at = "900ms" }

local srv = host { name = "srv", ip = "192.168.1.10" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  sleep("100ms")
  check(close(fd))
  sleep(100)
end)

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  p:send { flags = "S", from = 4000, to = 80, seq = 1000, mss = 1460 }
  local r = check(p:expect { flags = "SA", within = "1s" })
  p:send { flags = "S", from = 4001, to = 80, seq = 1000, mss = 1460 }
  check(p:expect { flags = "SA", within = "1s" })
  sleep("300ms")
  p:send { flags = "A", from = 4000, to = 80, seq = 1001, ack = r.seq + 1 }
  local reset = check(p:expect { within = "1s" })
  print(reset.flags, reset.seq == r.seq + 1)
end)

bookmark("closed", "250ms")
expect("half-open requests outlive their listener", "closed", function(w)
  return #w:sockets { host = srv, state = "SYN-RECV" } == 2 and #w:packets { from = srv, flags = "RST" } == 0
end)
expect("a later ACK gets RST, and the request is gone", function(w)
  local rst = w:packets { from = srv, flags = "RST", nth = 1 }
  return rst.flags == "RST" and #w:sockets { host = srv, state = "SYN-RECV" } == 1
end)
