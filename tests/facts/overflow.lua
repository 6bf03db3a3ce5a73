-- The accept queue is full: new SYNs, final ACKs, data, and room that appears later.
-- facts 4.2-01, 4.2-02, 4.2-03, 4.2-04, 4.2-05, 4.2-07, 4.2-08
scenario { title = "overflow", limits = "", stop_at = "8s" }
compare { stop_at = "4500ms" }

local function server(name, ip, abort)
  local srv = host { name = name, ip = ip, sysctl = { tcp_abort_on_overflow = abort, tcp_synack_retries = 2 } }
  process(srv, "web-" .. name, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80))
    check(listen(fd, 1))
    sleep("2s")
    check(accept(fd))
    sleep(100)
  end)
  return srv
end
local keeps = server("keeps", "192.168.1.10", 0)
local aborts = server("aborts", "192.168.1.11", 1)

-- One connection is in the queue. Two handshakes go on side by side: the second ACK finds the queue full.
local function burst(p)
  local seen = {}
  local function handshake(port)
    p:send { flags = "S", from = port, to = 80, seq = 1000, mss = 1460 }
    seen[port] = check(p:expect { flags = "SA", to = port, within = "1s" }).seq + 1
  end
  local function ack(port, data)
    p:send { flags = data and "PA" or "A", from = port, to = 80, seq = 1001, ack = seen[port], data = data }
  end
  handshake(4000)
  ack(4000)
  sleep("10ms")
  handshake(4001)
  handshake(4002)
  ack(4001)
  ack(4002)
  sleep("10ms")
  ack(4002, "hello")
  sleep("10ms")
  p:send { flags = "S", from = 4003, to = 80, seq = 1000, mss = 1460 }
  sleep("3700ms")  -- the SYN-ACK is repeated before that, on a slow clock too
  ack(4002)
end
peer(keeps, { ip = "10.9.0.2", delay = "5ms", start = "1ms", name = "peer" }, burst)
peer(aborts, { ip = "10.9.0.3", delay = "5ms", start = "1ms", name = "peer2" }, burst)

bookmark("full", "900ms")
expect("a new SYN is dropped, with either setting", "full", function(w)
  local dropped = w:records { kind = "PacketDropped", reason = "AcceptQueueFull" }
  return #dropped == 2 and dropped[1].host ~= dropped[2].host
end)
expect("the final ACK and the data are ignored, each is counted, and the request stays", "full", function(w)
  return #w:records { kind = "PacketDropped", host = keeps, reason = "AcceptQueueFullAck" } == 2 and
    #w:sockets { host = keeps, state = "SYN-RECV" } == 1 and w:counter(keeps, "ListenOverflows") == 3 and
    w:counter(keeps, "ListenDrops") == 3
end)
expect("with tcp_abort_on_overflow = 1 the ACK gets RST, and the request is gone", "full", function(w)
  return #w:records { kind = "PacketDropped", host = aborts, reason = "AcceptQueueFullAbort" } == 1 and
    #w:sockets { host = aborts, state = "SYN-RECV" } == 0 and w:counter(aborts, "EmbryonicRsts") == 1 and
    #w:packets { from = aborts, flags = "RST" } == 2
end)
expect("the SYN-ACK of the request that stays is repeated after 1 and 3 s", function(w)
  local times = {}
  for _, packet in ipairs(w:packets { from = keeps, flags = "SYN,ACK" }) do
    if packet.dst == "10.9.0.2:4002" then times[#times + 1] = packet.sent end
  end
  return #times == 3 and math.abs(times[2] - times[1] - 1) < 0.001 and math.abs(times[3] - times[1] - 3) < 0.001, #times
end)
expect("when accept() has made room, the next ACK completes it", function(w)
  return #w:sockets { host = keeps, state = "ESTAB" } == 3 and #w:sockets { host = keeps, state = "SYN-RECV" } == 0
end)
