scenario { version = 1, title = "Three small writes", summary = "A client writes three times a few bytes: the second and the third travel together.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "40ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  sleep("150ms")
  print(check(recv(conn, 100)))
  sleep("1h")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  for i = 1, 3 do
    check(send(fd, "part " .. i))
  end
  sleep("1h")
end)
