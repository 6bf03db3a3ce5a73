scenario {
  version = 1,
  id = "T4",
  title = "Folklore knobs",
  summary = "A client runs out of ports, as all of them are in TIME-WAIT. The web knows many settings that should help.",
  goal = "Say for each of the four famous settings whether it helps, and at which price.",
  limits = "Follows Linux 6.18. A small range of ports stands for the usual 28,232; tcp_tw_recycle is gone since Linux 4.12.",
  notes = "Say: one knob at a time, and count. Avoid: 'lower tcp_fin_timeout', which has nothing to do with TIME-WAIT.",
  stop_at = "61s",
}

params {
  setting = { default = "none",
              values = { "none", "tcp_fin_timeout = 5", "tcp_tw_reuse = 1", "four times the ports", "SO_LINGER 0" },
              help = "what is tried against it" },
  ports = { default = 100, min = 2, max = 1000, help = "size of ip_local_port_range" },
  every = { default = "200ms", min = "10ms", max = "10s", help = "between two connections" },
}

compare { params = { ports = 4, every = "150ms" }, stop_at = "2500ms" }

local range = params.setting == "four times the ports" and 4 * params.ports or params.ports
local cli = host { name = "cli", ip = "10.0.0.5", sysctl = {
  ["net.ipv4.ip_local_port_range.low"] = 40000,
  ["net.ipv4.ip_local_port_range.high"] = 40000 + range - 1,
  ["net.ipv4.tcp_fin_timeout"] = params.setting == "tcp_fin_timeout = 5" and 5 or 60,
  ["net.ipv4.tcp_tw_reuse"] = params.setting == "tcp_tw_reuse = 1" and 1 or 2,
} }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 128))
  while true do
    local conn = check(accept(fd))
    while true do
      local data = recv(conn, 100)
      if not data or data == "" then break end  -- the end, or ECONNRESET
    end
    check(close(conn))
  end
end)

process(cli, "client", { start = "1ms" }, function()
  while true do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    if params.setting == "SO_LINGER 0" then
      check(setsockopt(fd, SOL_SOCKET, SO_LINGER, { on = true, seconds = 0 }))
    end
    local ok, err = connect(fd, "srv", 80)
    if ok then check(send(fd, "a line for the log")) else print("connect:", err) end
    check(close(fd))
    sleep(params.every)
  end
end)

-- facts 3T-04, 6.2-02, 6.3-07
bookmark("a-minute", "60s")

local function waiting(w) return #w:sockets { host = cli, state = "TIME-WAIT" } end
local function attempts(w)
  local tried, failed = 0, 0
  for _, call in ipairs(w:calls { process = "client", name = "connect" }) do
    if call.result or call.errno then tried = tried + 1 end
    if call.errno == "EADDRNOTAVAIL" then failed = failed + 1 end
  end
  return tried, failed
end

at(0, "A client connects every {params.every}, sends a line, and closes first. Its ports must last. Setting: "
   .. "{params.setting}.")
at("a-minute", "After a minute, {#w:sockets{host = 'cli', state = 'TIME-WAIT'}} ports are in TIME-WAIT.")

predict {
  at = "a-minute",
  ask = "Setting: {params.setting}. A connection every {params.every}. Did connect() ever fail in this minute?",
  type = "choice",
  options = { "yes", "no" },
  answer = function(w)
    local _, failed = attempts(w)
    return failed > 0 and "yes" or "no"
  end,
}

predict {
  at = "a-minute",
  ask = "How many of the client's ports are in TIME-WAIT now?",
  type = "number",
  options = { 0, function() return params.ports end, function() return range end, 28232 },
  answer = waiting,
}

expect("tcp_fin_timeout changes nothing about TIME-WAIT", "a-minute", function(w)
  if params.setting ~= "tcp_fin_timeout = 5" and params.setting ~= "none" then return true end
  local tried, failed = attempts(w)
  return failed == math.max(0, tried - range) and waiting(w) == math.min(tried, range)
end)

expect("tcp_tw_reuse lets connect() take ports that have waited a second", "a-minute", function(w)
  if params.setting ~= "tcp_tw_reuse = 1" then return true end
  local _, failed = attempts(w)
  return failed == 0 and waiting(w) <= range
end)

expect("SO_LINGER 0 leaves no TIME-WAIT, and the server reads ECONNRESET", "a-minute", function(w)
  if params.setting ~= "SO_LINGER 0" then return true end
  local reset = 0
  for _, call in ipairs(w:calls { process = "web", name = "recv" }) do
    if call.errno == "ECONNRESET" then reset = reset + 1 end
  end
  return waiting(w) == 0 and reset > 0
end)
