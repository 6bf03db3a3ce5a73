-- One of two listeners of a group closes while handshakes are half-open: with tcp_migrate_req their ACKs, or the timers
-- of their SYN-ACKs, move them to the other.
scenario { title = "migrate half-open", limits = "", stop_at = "2s" }

local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { tcp_migrate_req = 1 } }
process(srv, "workers", function()
  local listeners = {}
  for i = 1, 2 do
    listeners[i] = check(socket(AF_INET, SOCK_STREAM))
    check(setsockopt(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1))
    check(bind(listeners[i], "0.0.0.0", 80))
    check(listen(listeners[i], 100))
  end
  sleep("200ms")
  check(close(listeners[1]))
  sleep(100)
end)

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  local seen = {}
  for port = 4001, 4020 do
    p:send { flags = "S", from = port, to = 80, seq = 1000, mss = 1460 }
    seen[port] = check(p:expect { flags = "SA", to = port, within = "1s" }).seq + 1
  end
  sleep("200ms")
  for port = 4001, 4010 do  -- these answer after the listener has closed, the others never
    p:send { flags = "A", from = port, to = 80, seq = 1001, ack = seen[port] }
    sleep("1ms")
  end
end)

bookmark("answered", "700ms")
expect("every ACK finds a listener", "answered", function(w)
  return w:listener(srv, 80).accept_queue == 10 and #w:packets { from = srv, flags = "RST" } == 0 and
    w:counter(srv, "TCPMigrateReqSuccess") > 0
end)
expect("and every timer", function(w)
  return #w:sockets { host = srv, state = "SYN-RECV" } == 10 and w:listener(srv, 80).requests == 10
end)
