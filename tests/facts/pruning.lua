-- When more than half of the SYN queue is taken, old requests are given up sooner, until it is half empty again.
scenario { title = "pruning", limits = "", stop_at = "12s" }
compare { stop_at = "9900ms" }

local srv = host { name = "srv", ip = "192.168.1.10" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 16))
  sleep(100)
end)

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  for port = 4001, 4012 do
    p:send { flags = "S", from = port, to = 80, seq = 1000, mss = 1460 }
    sleep("400ms")  -- more than the timers' slack: the order is certain
  end
end)

bookmark("full", "6s")
expect("twelve are half-open for seven seconds", "full", function(w)
  return #w:sockets { host = srv, state = "SYN-RECV" } == 12
end)
expect("then the oldest are given up, and half of the backlog stays", function(w)
  return #w:sockets { host = srv, state = "SYN-RECV" } == 8 and
    #w:records { kind = "StateChanged", host = srv, reason = "RequestGivenUp" } == 4
end)
