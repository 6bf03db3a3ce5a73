-- Several listeners of one port: a hash of the four numbers spreads connections, and a specific address comes
-- before the wildcard.
-- facts 4.5-01, 4.5-02
scenario { title = "SO_REUSEPORT", limits = "", stop_at = "900ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = { "192.168.1.10", "192.168.1.11" } }
link { cli, srv, delay = "5ms" }

local function listener(ip, port)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, 1))
  check(bind(fd, ip, port))
  check(listen(fd, 500))
  return fd
end
process(srv, "workers", function()
  for _ = 1, 4 do listener("0.0.0.0", 80) end
  for _ = 1, 2 do listener("0.0.0.0", 81) end
  listener("192.168.1.11", 81)
  sleep(100)
end)
process(cli, "clients", { start = "1ms" }, function()
  for i = 1, 120 do
    check(connect(check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)), "192.168.1.10", 80) or true)
    sleep("2ms")
  end
  for i = 1, 20 do
    check(connect(check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)), "192.168.1.11", 81) or true)
    sleep("2ms")
  end
  for i = 1, 20 do
    check(connect(check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)), "192.168.1.10", 81) or true)
    sleep("2ms")
  end
  sleep(100)
end)

local function queues(w, ip, port)
  local list, sum = {}, 0
  for _, row in ipairs(w:sockets { host = srv, state = "LISTEN", lport = port }) do
    if row.local_ip == ip then
      list[#list + 1] = row.recvq
      sum = sum + row.recvq
    end
  end
  return list, sum
end
expect("each listener has a queue of its own, and its share of the connections", function(w)
  local list, sum = queues(w, "0.0.0.0", 80)
  if #list ~= 4 or sum ~= 120 then return false, sum end
  for _, length in ipairs(list) do
    if length < 15 or length > 45 then return false, table.concat(list, " ") end
  end
  return true
end)
expect("a listener of the very address gets all that goes there", function(w)
  local specific, for_it = queues(w, "192.168.1.11", 81)
  local group, for_all = queues(w, "0.0.0.0", 81)
  return #specific == 1 and for_it == 20 and #group == 2 and for_all == 20
end)
