-- Floods of SYNs that nobody completes, and the settings that bound what the server keeps of them.
-- facts 4.3-03, 4.3-04, 4.3-05, 4.3-06, 4.3-09, 4.3-11
scenario { title = "small floods", limits = "", stop_at = "900ms" }

-- backlog, tcp_syncookies, tcp_max_syn_backlog, SYNs → half-open requests, SYN-ACKs, counters
local rows = {
  { 128, 2, 2048, 20, 0, 20, 20, 20, 0, 0 },
  { 16, 1, 2048, 60, 17, 60, 43, 43, 0, 0 },
  { 16, 0, 2048, 60, 17, 17, 0, 0, 43, 43 },
  { 5, 0, 2048, 60, 6, 6, 0, 0, 54, 54 },
}

local hosts = {}
for n, row in ipairs(rows) do
  local srv = host { name = "srv" .. n, ip = "192.168.1." .. n,
                     sysctl = { tcp_syncookies = row[2], tcp_max_syn_backlog = row[3] } }
  hosts[n] = srv
  process(srv, "web" .. n, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80))
    check(listen(fd, row[1]))
    sleep(100)
  end)
  peer(srv, { ip = "10.9.0." .. n, name = "flood" .. n, delay = "5ms", start = "1ms" }, function(p)
    for i = 1, row[4] do
      p:send { flags = "S", src = "203.0." .. n .. "." .. (i % 200 + 1), from = 1000 + i, to = 80, seq = i, mss = 1460 }
      sleep("2ms")
    end
  end)
end

for n, row in ipairs(rows) do
  local srv = hosts[n]
  expect(string.format("backlog %d, cookies %d, bound %d, %d SYNs", row[1], row[2], row[3], row[4]), function(w)
    local got = { #w:sockets { host = srv, state = "SYN-RECV" }, #w:packets { from = srv, flags = "SYN,ACK" },
                  w:counter(srv, "SyncookiesSent"), w:counter(srv, "TCPReqQFullDoCookies"),
                  w:counter(srv, "TCPReqQFullDrop"), w:counter(srv, "ListenDrops") }
    for i = 1, 6 do
      if got[i] ~= row[4 + i] then return false, table.concat(got, " ") end
    end
    return w:listener(srv, 80).accept_queue == 0
  end)
end
