-- How many connections the backlog lets in, and what ss shows of it.
-- facts 4.1-01, 4.1-02, 4.1-03, 4.1-04
scenario { title = "backlog", limits = "", stop_at = "900ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { somaxconn = 16 } }
link { cli, srv, delay = "5ms" }

local backlogs = { [8000] = 0, [8001] = 1, [8002] = 2, [8005] = 5, [8016] = 1000, [8017] = -1 }

process(srv, "web", function()
  for _, port in ipairs { 8000, 8001, 8002, 8005, 8016, 8017 } do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", port))
    check(listen(fd, 3))
    check(listen(fd, backlogs[port]))  -- changes the backlog
  end
  sleep(100)
end)

for i, port in ipairs { 8000, 8001, 8002, 8005 } do
  for n = 1, backlogs[port] + 3 do
    process(cli, "c" .. port .. "-" .. n, { start = 0.001 + n * 0.02 + i * 0.001 }, function()
      check(connect(check(socket(AF_INET, SOCK_STREAM)), "srv", port))
      sleep(100)
    end)
  end
end

expect("n + 1 connections complete, and the others keep trying", function(w)
  for _, port in ipairs { 8000, 8001, 8002, 8005 } do
    if #w:sockets { host = cli, pport = port, state = "ESTAB" } ~= backlogs[port] + 1 then return false, port end
    if #w:sockets { host = cli, pport = port, state = "SYN-SENT" } ~= 2 then return false, port end
  end
  return true
end)
expect("LISTEN shows who waits for accept, and the backlog", function(w)
  local row = w:sockets { host = srv, lport = 8002, state = "LISTEN" }[1]
  return row.recvq == 3 and row.sendq == 2
end)
expect("somaxconn bounds it, a negative number is a great one", function(w)
  return w:listener(srv, 8016).backlog == 16 and w:listener(srv, 8017).backlog == 16
end)
