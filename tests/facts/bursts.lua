-- Six clients, backlog 2, nobody accepts: within a round trip they meet the SYN queue, further apart the accept
-- queue.
-- fact 4.2-09
scenario { title = "bursts", limits = "", stop_at = "1500ms" }

local function machine(n, delay, apart)
  local srv = host { name = "srv" .. n, ip = "192.168.1.1" .. n }
  local cli = host { name = "cli" .. n, ip = "10.0.0.1" .. n }
  link { cli, srv, delay = delay }
  local begin = (n - 1) * 0.3  -- one after the other: a real machine has all of them to serve
  process(srv, "web" .. n, { start = begin }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80))
    check(listen(fd, 2))
    sleep(100)
  end)
  for i = 1, 6 do
    process(cli, "curl" .. n .. "-" .. i, { start = begin + 0.1 + (i - 1) * apart }, function()
      check(connect(check(socket(AF_INET, SOCK_STREAM)), srv, 80))
      sleep(100)
    end)
  end
  return { srv = srv, cli = cli }
end
local together, near, apart = machine(1, "10ms", 0), machine(2, "50ms", 0.022), machine(3, "10ms", 0.03)

local function connected(w, m) return #w:sockets { host = m.cli, state = "ESTAB" } end
expect("together, all are connected: three of them by cookies", function(w)
  return connected(w, together) == 6 and w:counter(together.srv, "SyncookiesSent") == 3
end)
expect("nearer than a quarter of a round trip, too: two by cookies", function(w)
  return connected(w, near) == 6 and w:counter(near.srv, "SyncookiesSent") == 2, w:counter(near.srv, "SyncookiesSent")
end)
expect("30 ms apart three are, and no cookies are sent", function(w)
  return connected(w, apart) == 3 and w:counter(apart.srv, "SyncookiesSent") == 0
end)
