-- What a peer's answer does to a connection in SYN-SENT.
-- facts 5.3-01, 5.3-02, 5.3-03, 5.3-04, 5.3-05, 5.3-06, 5.3-07, 5.3-09
scenario { title = "SYN-SENT", limits = "", stop_at = "900ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }

-- to a port of its own: the answer to the SYN, and how connect() stands 60 ms later
local cases = {
  { 80, { flags = "RA", ack = 1 }, "ECONNREFUSED" },
  { 81, { flags = "RA", ack = 7 }, "EALREADY" },
  { 82, { flags = "R" }, "EALREADY" },
  { 83, { flags = "SA", ack = 7, mss = 1460 }, "EALREADY" },
  { 84, { flags = "A", ack = 1 }, "EALREADY" },
  { 85, { flags = "FA", ack = 1 }, "EALREADY" },
  { 86, { flags = "S", mss = 1460 }, "0" },
  { 87, { icmp = { 3, 0 } }, "ENETUNREACH" },
  { 88, { icmp = { 3, 1 } }, "EHOSTUNREACH" },
  { 89, { icmp = { 3, 2 } }, "ENOPROTOOPT" },
  { 90, { icmp = { 3, 3 } }, "ECONNREFUSED" },
  { 92, { icmp = { 3, 9 } }, "ENETUNREACH" },
  { 93, { icmp = { 3, 10 } }, "EHOSTUNREACH" },
  { 94, { icmp = { 3, 13 } }, "EHOSTUNREACH" },
  { 95, { icmp = { 11, 0 } }, "EHOSTUNREACH" },
  { 96, { icmp = { 12, 0 } }, "EPROTO" },
}

for i, case in ipairs(cases) do
  process(cli, "to-" .. case[1], { start = i * 0.03 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
    connect(fd, "10.9.0.2", case[1])
    sleep("60ms")
    connect(fd, "10.9.0.2", case[1])
    if case[1] == 86 then sleep(100) end
  end)
end

peer(cli, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  for i, case in ipairs(cases) do
    local port, answer = case[1], case[2]
    local syn = check(p:expect { flags = "S", to = port, within = "1s" })
    if answer.icmp then
      answer.about = syn
      answer.src = "10.9.0.2"
    else
      answer.from, answer.to, answer.seq = port, syn.from, 9000
      if answer.flags ~= "R" and answer.flags ~= "S" then answer.ack = syn.seq + answer.ack end
    end
    p:send(answer)
    if port == 86 then
      local both = check(p:expect { flags = "SA", from = syn.from, within = "1s" })
      p:send { flags = "A", from = port, to = syn.from, seq = 9001, ack = both.seq + 1 }
    end
  end
end)

for _, case in ipairs(cases) do
  expect("port " .. case[1], function(w)
    local call = w:calls { process = "to-" .. case[1], name = "connect", nth = 2 }
    local got = call.errno or tostring(call.result)
    return got == case[3], got
  end)
end
local function sent(w, port)
  local flags = {}
  for _, packet in ipairs(w:packets { from = cli }) do
    if packet.dst == "10.9.0.2:" .. port then flags[#flags + 1] = packet.flags end
  end
  return table.concat(flags, " ")
end
expect("a wrong ACK number makes the SYN go again at once, and is itself answered with RST", function(w)
  return sent(w, 81) == "SYN SYN" and sent(w, 83) == "SYN RST SYN", sent(w, 81) .. ", " .. sent(w, 83)
end)
expect("simultaneous open: SYN, SYN-ACK with the same number, and the ACK opens it", function(w)
  local packets = w:packets { from = cli, flags = "SYN,ACK" }
  return sent(w, 86) == "SYN SYN,ACK" and #packets == 1, sent(w, 86)
end)
