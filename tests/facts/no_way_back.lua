-- A SYN whose sender cannot be answered: no way leads back.
scenario { title = "no way back", limits = "", stop_at = "1s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
route(srv, "10.77.0.0/16", "unreachable")
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  sleep(100)
end)
peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  p:send { flags = "S", src = "10.77.0.1", from = 4000, to = 80, seq = 1000, mss = 1460 }
  sleep("100ms")
end)

expect("nothing answers", function(w) return #w:packets { from = srv } == 0 end)
