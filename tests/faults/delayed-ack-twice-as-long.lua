scenario { version = 1, title = "A late answer", summary = "Two that talk: the second request is acknowledged before its answer is ready.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  print(check(recv(conn, 100)))
  check(send(conn, "one"))
  print(check(recv(conn, 100)))
  sleep("60ms")
  check(send(conn, "two"))
  sleep("1h")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  check(send(fd, "first"))
  print(check(recv(fd, 100)))
  check(send(fd, "second"))
  print(check(recv(fd, 100)))
  sleep("1h")
end)
