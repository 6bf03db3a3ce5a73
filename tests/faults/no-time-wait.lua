scenario { version = 1, title = "Started again too soon", summary = "A server that has closed first can't bind its port again for a minute.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  check(close(conn))
  check(close(fd))
  sleep("150ms")
  local again = check(socket(AF_INET, SOCK_STREAM))
  print(bind(again, "0.0.0.0", 8080))
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  print(#check(recv(fd, 100)))
  sleep("20ms")  -- the FIN is acknowledged by itself
  check(close(fd))
end)
