scenario {
  version = 1,
  id = "P2",
  title = "Running out of ports",
  summary = "A client opens connections to one server until none is left. Another port of the same server still works.",
  goal = "Say what is used up, for whom, and what the error is called.",
  limits = "Follows Linux 6.18. The range is made small, so that the end comes soon; the knob goes up to the true 28,232.",
  notes = "Say: used up towards this destination. Avoid: 'the machine has no ports left', 'it is ulimit'.",
  stop_at = "10min",
}

params {
  ports = { default = 8, min = 2, max = 28232, help = "how many ports the range has; Linux: 28232" },
  destinations = { default = 1, min = 1, max = 3, help = "how many ports of srv the client uses in turn" },
}
compare { params = { ports = 2 } }  -- of more, each kernel chooses by its own secret

local cli = host { name = "cli", ip = "10.0.0.5",
                   sysctl = { ip_local_port_range = { 32768, 32767 + params.ports } } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "1ms" }

for i = 0, params.destinations do
  process(srv, "web-" .. 80 + i, { nofile = params.ports + 100 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 80 + i))
    check(listen(fd, 4096))
    while true do check(accept(fd)) end
  end)
end

process(cli, "load", { start = "5ms", nofile = 3 * params.ports + 100 }, function()
  local opened = 0
  while true do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    local ok, err = connect(fd, "srv", 80 + opened % params.destinations)
    if not ok then
      print("connection", opened + 1, "fails:", err)
      -- fact 3-11
      print("another port of srv:", connect(fd, "srv", 80 + params.destinations))
      break
    end
    opened = opened + 1
  end
  -- facts 3-12, 3-15
  local fd = check(socket(AF_INET, SOCK_STREAM))
  print("bind(0):", bind(fd, "0.0.0.0", 0))
  local datagrams = check(socket(AF_INET, SOCK_DGRAM))
  print("bind(0) by UDP:", bind(datagrams, "0.0.0.0", 0))
  sleep("1h")
end)

local function connects(w) return w:calls { process = "load", name = "connect" } end
local function first_failure(w)
  for n, call in ipairs(connects(w)) do
    if call.errno then return n, call end
  end
  return 0, nil
end
local function bind_result(w, nth) return w:calls { process = "load", name = "bind", nth = nth }.errno or "ok" end

at(0, "cli has {params.ports} ports to choose from. A program opens connections to srv, and keeps them.")
at("end", "The failed connect() was number {#w:calls{process = 'load', name = 'connect'} - 1}, and no packet was sent for it: cli's own kernel has "
   .. "no port left with which the four numbers would be new.")

predict {
  at = "end",
  ask = "{params.ports} ports, {params.destinations} destination(s). Which attempt is the first to fail?",
  type = "number",
  options = { function() return params.ports end, function() return params.ports + 1 end,
              function() return params.ports * params.destinations + 1 end, 1025 },
  answer = function(w) return (first_failure(w)) end,
}

predict {
  at = "end",
  ask = "With which error?",
  type = "choice",
  options = { "EADDRNOTAVAIL", "EADDRINUSE", "EMFILE", "ECONNREFUSED" },
  answer = function(w)
    local _, call = first_failure(w)
    return call.errno
  end,
}

predict {
  at = "end",
  ask = "The same socket then connects to another port of srv. What does it get?",
  type = "choice",
  options = { "it works", "EADDRNOTAVAIL", "EADDRINUSE" },
  answer = function(w)
    local calls = connects(w)
    return calls[#calls].errno or "it works"
  end,
}

-- facts 3-10, 3-11
expect("each destination takes as many connections as the range has ports", function(w)
  local n = first_failure(w)
  local most = params.ports // 2 * 2
  return n == most * params.destinations + 1, "attempt " .. n .. " failed first"
end)

expect("the error is EADDRNOTAVAIL, and another destination works", function(w)
  local _, call = first_failure(w)
  local calls = connects(w)
  return call.errno == "EADDRNOTAVAIL" and calls[#calls].errno == nil
end)

expect("bind(0) finds nothing either, and calls it EADDRINUSE; UDP has ports of its own", function(w)
  return bind_result(w, 1) == "EADDRINUSE" and bind_result(w, 2) == "ok"
end)
