scenario {
  version = 1,
  id = "B5",
  title = "Where did you bind?",
  summary = "A server in a container answers from inside. From outside its port is closed.",
  goal = "Read the Local Address of a listener, and say who can reach it.",
  limits = "Follows Linux 6.18. The container is a host of its own; there is no port forwarding and no firewall.",
  notes = "Say: 127.0.0.1 is a different place on every host. Avoid: 'it works here, so it is the network'.",
  stop_at = "1s",
}

params {
  address = { default = "127.0.0.1", values = { "127.0.0.1", "0.0.0.0", "192.168.1.10", "192.168.1.11" },
              help = "what the server binds" },
  asked = { default = "192.168.1.10", values = { "192.168.1.10", "192.168.1.11" }, help = "what the outsider asks for" },
  delay = { default = "10ms", min = "1ms", max = "100ms", help = "one way" },
}

local box = host { name = "box", ip = { "192.168.1.10", "192.168.1.11" } }
local cli = host { name = "cli", ip = "10.0.0.5" }
link { cli, box, delay = params.delay }

process(box, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, params.address, 8080))
  check(listen(fd, 5))
  while true do
    local conn, peer = check(accept(fd))
    print("a guest from", peer)
    recv(conn, 100)  -- until the guest leaves
    sleep("10ms")
    check(close(conn))
  end
end)

local function visit(address)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  local ok, err = connect(fd, address, 8080)
  print(address, ok and "works" or err)
end

process(box, "inside", { start = "10ms" }, function() visit("127.0.0.1") end)
process(cli, "outside", { start = "20ms" }, function() visit(params.asked) end)

local function outcome(w, who)
  local call = w:calls { process = who, name = "connect", nth = 1 }
  return call.errno or "works"
end

bookmark("inside-asked", "15ms")

at(0, "web binds {params.address}:8080 and listens. ss -ltn on box shows that in the column Local Address.")
at("inside-asked", "From inside, 127.0.0.1:8080 {w:calls{process = 'inside', name = 'connect', nth = 1}.errno or 'works'}.")
at("20ms", "Now somebody outside asks for {params.asked}:8080.")
at("end", "box has the address, and looks for a listener at exactly this name, or at the wildcard. Where there is none it answers RST.")

predict {
  at = "end",
  ask = "web listens on {params.address}:8080. What does the program outside get from {params.asked}:8080?",
  type = "choice",
  options = { "works", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH" },
  answer = function(w) return outcome(w, "outside") end,
}

predict {
  at = "end",
  ask = "One way takes {params.delay}. How long does the outsider's connect() take?",
  type = "duration",
  tolerance = "1ms",
  answer = function(w)
    local call = w:calls { process = "outside", name = "connect", nth = 1 }
    return call.returned - call.entered
  end,
}

local function reachable(address) return params.address == "0.0.0.0" or params.address == address end

-- fact 2A-01
expect("only who asks for the name that was bound, or finds a wildcard, is served", function(w)
  return outcome(w, "outside") == (reachable(params.asked) and "works" or "ECONNREFUSED")
    and outcome(w, "inside") == (reachable("127.0.0.1") and "works" or "ECONNREFUSED")
end)

expect("a refusal takes one round trip, as success does", function(w)
  local syn = w:packets { from = cli, flags = "SYN", nth = 1 }
  local answer = w:packets { from = box, to = cli, nth = 1 }
  local call = w:calls { process = "outside", name = "connect", nth = 1 }
  local took = call.returned - call.entered
  local round_trip = answer.arrived - syn.sent
  return took >= round_trip and took < round_trip + 0.001
end)
