scenario { version = 1, title = "A full accept queue", summary = "A backlog of one, three clients, and nobody accepts.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 1))
  sleep("1h")
end)

for i = 1, 3 do
  process(cli, "curl-" .. i, { start = i * 0.03 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    print(connect(fd, "srv", 8080))
  end)
end
