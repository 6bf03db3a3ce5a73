scenario { version = 1, title = "A cookie", summary = "Every SYN is answered with a cookie.", stop_at = "300ms" }

local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { tcp_syncookies = 2 } }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 1))
  sleep("1h")
end)

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "10ms" }, function(p)
  p:send { flags = "S", from = 4000, to = 8080, seq = 1000, mss = 1460, wscale = 7, sack = true }
end)
