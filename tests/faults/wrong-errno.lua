scenario { version = 1, title = "Refused", summary = "connect() to a port on which nobody listens.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(cli, "curl", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print(connect(fd, "srv", 8080))
end)
