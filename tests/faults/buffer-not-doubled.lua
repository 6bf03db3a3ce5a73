scenario { version = 1, title = "A receive buffer", summary = "What the kernel makes of the size that was wished.", stop_at = "400ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 50000))
  print(getsockopt(fd, SOL_SOCKET, SO_RCVBUF))
end)
