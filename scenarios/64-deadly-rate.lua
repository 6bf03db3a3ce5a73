scenario {
  version = 1,
  id = "P4",
  title = "The rate that kills",
  summary = "Short connections, one after the other. Few are open at a time, and yet the ports run out.",
  goal = "Work out how many connections a second a client can open for ever: ports divided by 60 seconds.",
  limits = "Follows Linux 6.18. The range is made small, so that the end comes after a second; with Linux's 28,232 ports the "
    .. "ceiling is 470 connections a second.",
  notes = "Say: a closed connection still holds its port, on the side that closed first. Avoid: 'too many open connections'.",
  stop_at = "65s",
}

params {
  ports = { default = 8, min = 2, max = 1000, help = "ports of the range; Linux: 28232" },
  every = { default = "100ms", min = "50ms", max = "20s", help = "a new connection so often" },
  first = { default = "client", values = { "client", "server" }, help = "who closes first" },
  tw_reuse = { default = 2, values = { 0, 1, 2 }, help = "tcp_tw_reuse: 1 always, 2 only on loopback" },
  attempts = { default = 12, min = 1, max = 2000 },
}
compare { stop_at = "3s" }

local cli = host { name = "cli", ip = "10.0.0.5",
                   sysctl = { ip_local_port_range = { 32768, 32767 + params.ports }, tcp_tw_reuse = params.tw_reuse } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

-- A request of one line. Who closes first reads nothing more: the other side reads the end, and closes then.
local function say_goodbye(fd, closes_first)
  if not closes_first then recv(fd, 100) end
  check(close(fd))
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  while true do
    local conn = check(accept(fd))
    check(recv(conn, 100))
    say_goodbye(conn, params.first == "server")
  end
end)

process(cli, "load", { start = "5ms" }, function()
  for i = 1, params.attempts do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    local ok, err = connect(fd, "srv", 80)
    if ok then
      check(send(fd, "one line"))
      say_goodbye(fd, params.first == "client")
    else
      print("attempt", i, err)
      check(close(fd))
    end
    sleep(params.every)
  end
  sleep("61s")
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print("a minute later:", connect(fd, "srv", 80))
end)

local function connects(w) return w:calls { process = "load", name = "connect" } end
local function failures(w)
  local list = {}
  for _, call in ipairs(connects(w)) do
    if call.errno then list[#list + 1] = call end
  end
  return list
end

bookmark("all-tried", 0.005 + params.attempts * 0.125)

at(0, "cli has {params.ports} ports. A program opens a connection, says goodbye, and opens the next.")
at("1s", "{#w:sockets{host = 'cli', state = 'ESTAB'}} connections are open, and {#w:sockets{host = 'cli', state = 'TIME-WAIT'}} ports of cli are "
   .. "in TIME-WAIT: each for a minute.")
at("end", "A minute later the first ports are free again. {params.ports} ports in 60 seconds: more is not possible for ever, "
   .. "unless the other side closes first, or the connections are kept and used again.")

predict {
  at = "end",
  ask = "The {params.first} closes first, {params.ports} ports. Which attempt is the first to fail?",
  type = "number",
  options = { 0, function() return params.ports end, function() return params.ports + 1 end },
  answer = function(w)
    for n, call in ipairs(connects(w)) do
      if call.errno then return n end
    end
    return 0
  end,
}

predict {
  at = "1s",
  ask = "How many connections of cli are open one second after the start?",
  type = "number",
  options = { 0, function() return params.ports end, function() return params.attempts end },
  answer = function(w) return #w:sockets { host = cli, state = "ESTAB" } end,
}

-- facts 3-10, 3T-03
expect("where the client closes first, as many connections go through as there are ports", function(w)
  local round = params.every == "100ms"
  if params.first == "server" or params.tw_reuse == 1 or not round then return true end
  local went = math.min(params.attempts, params.ports // 2 * 2)
  return #failures(w) == params.attempts - went, #failures(w) .. " failed"
end)

expect("where the server closes first, TIME-WAIT is the server's, and no attempt fails", function(w)
  return params.first == "client" or #failures(w) == 0
end)

expect("every failure is EADDRNOTAVAIL", function(w)
  for _, call in ipairs(failures(w)) do
    if call.errno ~= "EADDRNOTAVAIL" then return false, call.errno end
  end
  return true
end)

expect("a minute later it works again", function(w)
  local calls = connects(w)
  return #calls <= params.attempts or calls[#calls].errno == nil
end)
