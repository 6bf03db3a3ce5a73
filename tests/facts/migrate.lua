-- One of two listeners of a group closes: what waits in its queue is reset, or moves to the other.
-- facts 4.5-03, 4.5-04
scenario { title = "migrate", limits = "", stop_at = "900ms" }
-- Who gets how many is each kernel's secret: only where all are kept do both tell the same.
params { clients = 20, reset = 20 }
compare { params = { reset = 0 } }

local machines = {}
for migrate = 0, 1 do
  local srv = host { name = "srv" .. migrate, ip = "192.168.1.1" .. migrate, sysctl = { tcp_migrate_req = migrate } }
  local cli = host { name = "cli" .. migrate, ip = "10.0.0." .. migrate + 5 }
  link { cli, srv, delay = "5ms" }
  machines[migrate] = { srv = srv, cli = cli }
  process(srv, "workers" .. migrate, function()
    local listeners = {}
    for i = 1, 2 do
      listeners[i] = check(socket(AF_INET, SOCK_STREAM))
      check(setsockopt(listeners[i], SOL_SOCKET, SO_REUSEPORT, 1))
      check(bind(listeners[i], "0.0.0.0", 80))
      check(listen(listeners[i], 100))
    end
    sleep("300ms")
    check(close(listeners[1]))
    sleep(100)
  end)
  local clients = migrate == 1 and params.clients or params.reset
  for i = 1, clients do
    process(cli, "c" .. migrate .. "-" .. i, { start = 0.001 + i * 0.005 }, function()
      local fd = check(socket(AF_INET, SOCK_STREAM))
      check(connect(fd, srv, 80))
      recv(fd, 10)
    end)
  end
end

bookmark("full", "250ms")
expect("both have some", "full", function(w)
  for migrate = 0, 1 do
    for _, row in ipairs(w:sockets { host = machines[migrate].srv, state = "LISTEN" }) do
      if row.recvq == 0 then return migrate == 0 and params.reset == 0 end
    end
  end
  return true
end)
local function left(w, migrate) return w:listener(machines[migrate].srv, 80).accept_queue end
local function resets(w, migrate) return #w:packets { from = machines[migrate].srv, flags = "RST" } end
expect("with tcp_migrate_req = 0 its clients are reset, the other keeps its own", function(w)
  return resets(w, 0) + left(w, 0) == params.reset and (resets(w, 0) > 0 or params.reset == 0)
end)
expect("with tcp_migrate_req = 1 they move to the survivor", function(w)
  return resets(w, 1) == 0 and left(w, 1) == params.clients and
    w:counter(machines[1].srv, "TCPMigrateReqSuccess") > 0
end)
