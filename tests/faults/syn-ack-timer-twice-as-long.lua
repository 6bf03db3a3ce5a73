scenario { version = 1, title = "The last ACK is lost", summary = "The ACK that completes the handshake is lost: the server says SYN,ACK again.", stop_at = "2500ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
local wire = link { cli, srv, delay = "5ms" }
fault(wire, { from = cli, match = "ACK", nth = 1, action = "drop" })

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  print(accept(fd))
  sleep("1h")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print(connect(fd, "srv", 8080))
  sleep("1h")
end)
