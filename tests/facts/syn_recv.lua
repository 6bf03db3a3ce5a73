-- What comes to a half-open request.
-- facts 4.4-07, 4.4-08, 4.4-09, 4.4-10, 4.4-11
scenario { title = "SYN-RECV", limits = "", stop_at = "900ms" }

local srv = host { name = "srv", ip = "192.168.1.10" }
process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 20))
  sleep(100)
end)

-- from a port of its own: what is sent after the SYN-ACK
local cases = {
  { 4000, "wrong ACK", { flags = "A", seq = 1001, wrong = 100 } },
  { 4001, "RST", { flags = "R", seq = 1001 } },
  { 4002, "the SYN again", { flags = "S", seq = 1000, mss = 1460 } },
  { 4003, "ACK with data", { flags = "PA", seq = 1001, data = "hello" } },
  { 4004, "FIN without ACK", { flags = "F", seq = 1001 } },
  { 4005, "RST behind the window", { flags = "R", seq = 900 } },
  { 4006, "RST in the window", { flags = "R", seq = 1002 } },
  { 4007, "a SYN in the window", { flags = "S", seq = 1002 } },
  { 4008, "an ACK behind the window", { flags = "A", seq = 900 } },
}

peer(srv, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  for _, case in ipairs(cases) do
    local port, segment = case[1], case[3]
    p:send { flags = "S", from = port, to = 80, seq = 1000, mss = 1460 }
    local r = check(p:expect { flags = "SA", to = port, within = "1s" })
    segment.from, segment.to = port, 80
    segment.ack = r.seq + 1 + (segment.wrong or 0)
    segment.wrong = nil
    p:send(segment)
    local answer = p:expect { to = port, within = "30ms" }
    if answer then
      local seq = answer.seq == 0 and "0" or "r+" .. (answer.seq - r.seq)
      print(case[2], answer.flags, seq, answer.ack)
    else
      print(case[2], "nothing")
    end
  end
end)

local function answer(w, port)
  local packets = {}
  for _, packet in ipairs(w:packets { from = srv }) do
    if packet.dst == "10.9.0.2:" .. port then packets[#packets + 1] = packet.flags end
  end
  return packets[2] or "nothing"
end
local function state(w, port)
  local row = w:sockets { host = srv, pport = port }[1]
  return row and row.state or "gone"
end
for n, row in ipairs {
  { "RST", "SYN-RECV" }, { "nothing", "gone" }, { "SYN,ACK", "SYN-RECV" }, { "ACK", "ESTAB" }, { "nothing", "SYN-RECV" },
  { "nothing", "SYN-RECV" }, { "ACK", "SYN-RECV" }, { "RST,ACK", "gone" }, { "ACK", "SYN-RECV" },
} do
  expect(cases[n][2], function(w)
    local got = answer(w, cases[n][1]) .. ", " .. state(w, cases[n][1])
    return got == row[1] .. ", " .. row[2], got
  end)
end
expect("the data of the ACK waits to be read", function(w)
  return w:sockets { host = srv, pport = 4003 }[1].recvq == 5
end)
