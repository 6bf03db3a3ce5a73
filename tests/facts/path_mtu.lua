-- «Fragmentation needed» about a SYN is no failure: the path takes smaller packets from then on.
-- fact 5.3-08
scenario { title = "path MTU", limits = "", stop_at = "500ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }

process(cli, "curl", { start = "2ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
  connect(fd, "10.9.0.2", 80)
  sleep("20ms")
  connect(fd, "10.9.0.2", 80)
  sleep("50ms")
  connect(fd, "10.9.0.2", 80)
  check(send(fd, pattern(1500)))
  sleep(100)
end)

peer(cli, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  local syn = check(p:expect { flags = "S", within = "1s" })
  p:send { icmp = { 3, 4, 1000 }, about = syn }
  sleep("30ms")
  p:send { flags = "SA", from = 80, to = syn.from, seq = 9000, ack = syn.seq + 1, mss = 1460 }
  sleep("100ms")
  p:send { flags = "A", from = 80, to = syn.from, seq = 9001, ack = syn.seq + 1501 }
end)

expect("the attempt goes on, and succeeds", function(w)
  local list = {}
  for i, call in ipairs(w:calls { process = "curl", name = "connect" }) do list[i] = call.errno or call.result end
  return table.concat(list, " ") == "EINPROGRESS EALREADY 0", table.concat(list, " ")
end)
expect("segments fit the path: 1000 bytes with their headers", function(w)
  local lengths = {}
  for _, packet in ipairs(w:packets { from = cli }) do
    if packet.length > 0 then lengths[#lengths + 1] = packet.length end
  end
  return table.concat(lengths, " ") == "960 540", table.concat(lengths, " ")
end)
