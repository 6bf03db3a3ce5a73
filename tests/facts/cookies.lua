-- What a cookie carries, and what becomes of it when it comes back.
-- facts 4.3-12, 4.3-13, 4.3-14
scenario { title = "cookies", limits = "", stop_at = "900ms" }

local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { tcp_syncookies = 2 } }
local plain = host { name = "plain", ip = "192.168.1.11" }

for _, where in ipairs { srv, plain } do
  process(where, "web-" .. where.name, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80))
    check(listen(fd, 5))
    for _ = 1, 2 do
      local conn = check(accept(fd))
      print(recv(conn, 100))
      send(conn, "welcome")
    end
    sleep(100)
  end)
end

local function shape(r)
  return r.mss .. " " .. tostring(r.wscale) .. " " .. tostring(r.sack) .. " " .. (r.ts and "ts" or "no ts")
end
local function handshakes(p)
  -- without timestamps
  p:send { flags = "S", from = 4000, to = 80, seq = 1000, mss = 1400, wscale = 7, sack = true }
  local r = check(p:expect { flags = "SA", within = "1s" })
  print(shape(r))
  p:send { flags = "PA", from = 4000, to = 80, seq = 1001, ack = r.seq + 1, data = "hello" }
  check(p:expect { data = "welcome", within = "1s" })
  p:send { flags = "A", from = 4000, to = 80, seq = 1006, ack = r.seq + 8 }
  -- with timestamps
  p:send { flags = "S", from = 4001, to = 80, seq = 1000, mss = 1460, wscale = 7, sack = true, ts = { 100, 0 } }
  r = check(p:expect { flags = "SA", within = "1s" })
  print(shape(r))
  p:send { flags = "A", from = 4001, to = 80, seq = 1001, ack = r.seq + 1, ts = { 120, r.ts.val } }
  p:send { flags = "PA", from = 4001, to = 80, seq = 1001, ack = r.seq + 1, data = "hello", ts = { 120, r.ts.val } }
  local d = check(p:expect { data = "welcome", within = "1s" })
  p:send { flags = "A", from = 4001, to = 80, seq = 1006, ack = r.seq + 8, ts = { 130, d.ts.val } }
  -- an ACK of nothing
  p:send { flags = "A", from = 4002, to = 80, seq = 5000, ack = 777 }
  r = check(p:expect { flags = "R", within = "1s" })
  print(r.seq)
end
peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, handshakes)
peer(plain, { ip = "10.9.0.3", delay = "5ms", start = "1ms", name = "peer2" }, handshakes)

bookmark("half-way", "8ms")
expect("nothing is stored before the cookie comes back", "half-way", function(w)
  return #w:packets { from = srv, flags = "SYN,ACK" } == 1 and #w:sockets { host = srv, state = "SYN-RECV" } == 0 and
    #w:sockets { host = plain, state = "SYN-RECV" } == 1
end)
expect("without timestamps a cookie has only an MSS; a normal SYN-ACK has scale and SACK", function(w)
  local written = {}
  for _, call in ipairs(w:calls { name = "write" }) do written[#written + 1] = call.result end
  -- «1460 nil nil no ts» and «1460 10 true no ts», «1460 10 true ts» twice, the sequence number twice
  table.sort(written)
  return table.concat(written, " ") == "4 4 6 6 6 6 16 16 19 19", table.concat(written, " ")
end)
expect("valid cookies make connections", function(w)
  return #w:sockets { host = srv, state = "ESTAB" } == 2 and w:counter(srv, "SyncookiesSent") == 2 and
    w:counter(srv, "SyncookiesRecv") == 2
end)
expect("a stray ACK fails as a cookie where some were sent lately, and gets RST anyway", function(w)
  return w:counter(srv, "SyncookiesFailed") == 1 and w:counter(plain, "SyncookiesFailed") == 0 and
    #w:packets { from = srv, flags = "RST" } == 1 and #w:packets { from = plain, flags = "RST" } == 1
end)
