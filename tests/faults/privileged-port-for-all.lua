scenario { version = 1, title = "A privileged port", summary = "A user who is not root binds port 80.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", { user = 1000 }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print(bind(fd, "0.0.0.0", 80))
end)
