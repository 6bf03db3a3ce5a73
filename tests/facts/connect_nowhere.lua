-- Addresses to which no connection leads, or another one than it seems.
-- facts 5.1-13, 5.1-14, 5.1-15, 5.1-16, 5.1-17, 5.1-18, 5.1-21
scenario { title = "connect nowhere", limits = "", stop_at = "500ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }
route(cli, "10.66.0.0/16", "unreachable")
route(cli, "10.66.1.0/24", "prohibit")
route(cli, "10.66.1.7", "blackhole")

process(cli, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  for _ = 1, 3 do
    local conn, peer = check(accept(fd))
    print(peer.ip, check(getsockname(conn)).ip)
  end
  sleep(100)
end)
process(srv, "far", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  sleep(100)
end)

local tries = {
  { "0.0.0.0", 80, "0" }, { "127.0.0.5", 80, "0" }, { "localhost", 80, "0" }, { "srv", 0, "ECONNREFUSED" },
  { "255.255.255.255", 80, "ENETUNREACH" }, { "224.0.0.1", 80, "ENETUNREACH" }, { "10.77.0.1", 80, "ENETUNREACH" },
  { "10.66.2.1", 80, "EHOSTUNREACH" }, { "10.66.1.1", 80, "EACCES" }, { "10.66.1.7", 80, "EINVAL" },
}
process(cli, "curl", { start = "1ms" }, function()
  for _, try in ipairs(tries) do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    connect(fd, try[1], try[2])
    if try[3] == "0" then print(check(getsockname(fd)).ip, check(getpeername(fd)).ip) end
  end
  sleep(100)
end)
process(cli, "twice", { start = "100ms" }, function()
  for _ = 1, 2 do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1))
    check(bind(fd, "0.0.0.0", 5000))
    connect(fd, "srv", 80)
  end
  sleep(100)
end)

expect("each address has its answer", function(w)
  for i, call in ipairs(w:calls { process = "curl", name = "connect" }) do
    local got = call.errno or tostring(call.result)
    if got ~= tries[i][3] then return false, tries[i][1] .. ": " .. got end
  end
  return true
end)
expect("0.0.0.0 means 127.0.0.1; all of 127.0.0.0/8 is this host, which calls from 127.0.0.1", function(w)
  local open = w:sockets { host = cli, lport = 80, state = "ESTAB" }
  local ends = {}
  for i, row in ipairs(open) do ends[i] = row.peer_ip .. " " .. row.local_ip end
  table.sort(ends)
  return table.concat(ends, ", ") == "127.0.0.1 127.0.0.1, 127.0.0.1 127.0.0.1, 127.0.0.1 127.0.0.5", table.concat(ends, ", ")
end)
expect("the same four numbers a second time are refused", function(w)
  local calls = w:calls { process = "twice", name = "connect" }
  return calls[1].result == 0 and calls[2].errno == "EADDRNOTAVAIL"
end)
