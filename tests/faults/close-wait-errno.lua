scenario { version = 1, title = "Answered too late", summary = "The client has closed; what the server still says is answered with RST.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  sleep("50ms")
  check(send(conn, "200 OK"))
  sleep("50ms")
  print(getsockopt(conn, SOL_SOCKET, SO_ERROR))
  sleep("1h")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  sleep("20ms")
  check(close(fd))
end)
