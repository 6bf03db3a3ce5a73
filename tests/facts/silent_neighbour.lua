-- A host is said to be on the link, and nobody answers for it.
-- fact 5.1-20
scenario { title = "silent neighbour", limits = "", stop_at = "5s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "10.0.0.10" }
local wire = link { cli, srv, delay = "5ms" }
route(cli, "10.0.0.0/24", wire)

process(cli, "blocks", { start = "1ms" }, function()
  connect(check(socket(AF_INET, SOCK_STREAM)), "10.0.0.99", 80)
  sleep(100)
end)
process(cli, "asks", { start = "50ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
  connect(fd, "10.0.0.98", 80)
  sleep("3500ms")
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  sleep(100)
end)

expect("after three seconds the host is unreachable, and no SYN was on the wire", function(w)
  local call = w:calls { process = "blocks", name = "connect", nth = 1 }
  return call.errno == "EHOSTUNREACH" and math.abs(call.returned - call.entered - 3) < 0.1 and #w:packets { from = cli, flags = "SYN" } == 0
end)
expect("SO_ERROR says it, too", function(w)
  return w:calls { process = "asks", name = "getsockopt", nth = 1 }.result == 113
end)
