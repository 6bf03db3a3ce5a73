scenario {
  version = 1,
  id = "T3",
  title = "'Address already in use' on restart",
  summary = "A server is gone, a new one wants its port. SO_REUSEADDR helps, but not where most people set it.",
  goal = "Say which flags the old and the new server need, for each thing that the old one may have left behind.",
  limits = "Follows Linux 6.18. Other systems look only at the new socket's flag.",
  notes = "Say: both must have agreed to share. Avoid: 'set SO_REUSEADDR and it works'. Turn the knob through all four leftovers.",
  stop_at = "1s",
}

params {
  leftover = { default = "TIME-WAIT", values = { "TIME-WAIT", "ESTAB", "CLOSE-WAIT", "LISTEN" },
               help = "what the old server leaves behind" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }
local cli = host { name = "cli", ip = "10.0.0.5" }
link { cli, srv, delay = "5ms" }

-- Four servers on four ports, one for each way to set the flag: on the old socket, on the new one.
local cases = {
  { old = 0, new = 0, port = 8080 },
  { old = 0, new = 1, port = 8081 },
  { old = 1, new = 0, port = 8082 },
  { old = 1, new = 1, port = 8083 },
}

local function listener(port, flag)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, flag))
  local ok, err = bind(fd, "0.0.0.0", port)
  if not ok then return nil, err end
  check(listen(fd, 5))
  return fd
end

for i, case in ipairs(cases) do
  process(srv, "old-" .. i, function()
    local fd = check(listener(case.port, case.old))
    local conn = check(accept(fd))
    if params.leftover == "LISTEN" then
      sleep("10s")
    elseif params.leftover == "TIME-WAIT" then
      check(close(conn))  -- closes first, and ends
    else
      check(close(fd))
      sleep("10s")  -- a worker that still holds the connection
    end
  end)

  process(cli, "guest-" .. i, { start = 0.001 + i * 0.02 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", case.port))
    if params.leftover == "CLOSE-WAIT" then
      sleep("20ms")
      check(close(fd))
    elseif params.leftover == "TIME-WAIT" then
      check(recv(fd, 100))
      sleep("10ms")
      check(close(fd))
    end
    sleep("10s")
  end)

  process(srv, "new-" .. i, { start = 0.2 + i * 0.02 }, function()
    local fd, err = listener(case.port, case.new)
    print("old flag", case.old, "new flag", case.new, fd and "ok" or err)
    sleep("10s")
  end)
end

local function outcome(w, i)
  return w:calls { process = "new-" .. i, name = "bind", nth = 1 }.errno or "ok"
end

bookmark("before", "190ms")
bookmark("tried", "350ms")

at(0, "Four servers listen on four ports. One in two has SO_REUSEADDR. Each gets one guest.")
at("before", "{#w:sockets{host = 'srv', state = params.leftover}} sockets of srv are in {params.leftover}: that is what the old servers leave "
   .. "behind.")
at("tried", "The new servers have tried. bind() compared the flags of both sockets, as they are now.")

for i, case in ipairs(cases) do
  predict {
    at = "tried",
    ask = "Left behind: {params.leftover}. SO_REUSEADDR on the old socket: " .. case.old .. ", on the new one: " .. case.new
      .. ". What does bind() give?",
    type = "choice",
    options = { "ok", "EADDRINUSE", "EADDRNOTAVAIL", "EACCES" },
    answer = function(w) return outcome(w, i) end,
  }
end

-- facts 2-28, 2-29, 2-36
expect("both flags are needed, and nobody may be listening", "tried", function(w)
  for i, case in ipairs(cases) do
    local shared = case.old == 1 and case.new == 1 and params.leftover ~= "LISTEN"
    local wanted = shared and "ok" or "EADDRINUSE"
    if outcome(w, i) ~= wanted then return false, "case " .. i .. ": " .. outcome(w, i) end
  end
  return true
end)

expect("what was left behind is there before the new servers try", "before", function(w)
  return #w:sockets { host = srv, state = params.leftover } == #cases
end)
