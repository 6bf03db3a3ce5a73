-- Floods of SYNs that nobody completes, and the settings that bound what the server keeps of them.
-- facts 4.3-01, 4.3-02, 4.3-07, 4.3-08, 4.3-10
scenario { title = "great floods", limits = "", stop_at = "900ms" }

-- backlog, tcp_syncookies, tcp_max_syn_backlog, SYNs → half-open requests, SYN-ACKs, counters
local rows = {
  { 128, 1, 2048, 300, 129, 300, 171, 171, 0, 0 },
  { 128, 0, 2048, 300, 129, 129, 0, 0, 171, 171 },
  { 4096, 0, 64, 300, 49, 49, 0, 0, 0, 251 },
  { 4096, 1, 64, 300, 300, 300, 0, 0, 0, 0 },
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
