scenario {
  version = 1,
  id = "P1",
  title = "How a source port is chosen",
  summary = "Five connections and five bind(0): the kernel chooses ten ports, by a rule and not by throwing dice.",
  goal = "Foretell whether a source port is even or odd, and where the next one lies.",
  limits = "Follows Linux 6.18. Where the sequence begins depends on a secret of the kernel (here: the seed); the rule does not.",
  notes = "Say: connect() and bind(0) keep out of each other's way. Avoid: 'a random port' and 'the next free port'.",
  stop_at = "1s",
}

params {
  low = { default = 32768, min = 1024, max = 60000, help = "low end of ip_local_port_range" },
  high = { default = 60999, min = 1024, max = 65535, help = "high end" },
  each = { default = 5, min = 2, max = 50, help = "how many ports of each kind" },
}

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ip_local_port_range = { params.low, params.high } } }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "1ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  sleep("10s")
end)

process(cli, "connects", { start = "1ms" }, function()
  for _ = 1, params.each do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    getsockname(fd)
  end
  sleep("10s")
end)

process(cli, "binds", { start = "300ms" }, function()
  for _ = 1, params.each do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", 0))
    getsockname(fd)
  end
  sleep("10s")
end)

-- The ports that connect() chose, in order: they are the sources of the SYNs.
local function connected(w)
  local ports = {}
  for _, packet in ipairs(w:packets { from = cli, flags = "SYN" }) do
    local colon = string.find(packet.src, ":", 1, true)
    ports[#ports + 1] = tonumber(string.sub(packet.src, colon + 1))
  end
  return ports
end

-- Those of bind(0) are what is in the port table besides.
local function bound(w)
  local ports, others = {}, {}
  for _, port in ipairs(connected(w)) do others[port] = true end
  for _, row in ipairs(w:ports(cli)) do
    if not others[row.port] then ports[#ports + 1] = row.port end
  end
  return ports
end

local function parity(ports)
  local odd = 0
  for _, port in ipairs(ports) do odd = odd + port % 2 end
  return odd == 0 and "all even" or odd == #ports and "all odd" or "mixed"
end

bookmark("connected", "250ms")
bookmark("bound", "400ms")

at(0, "cli may use the ports {params.low} to {params.high}. A program opens {params.each} connections to srv:80.")
at("connected", "The last connection came from {w:packets{from = 'cli', flags = 'SYN', nth = params.each}.src}, the first from "
   .. "{w:packets{from = 'cli', flags = 'SYN', nth = 1}.src}. Each lies a few steps behind the one before.")
at("bound", "bind(0) has taken {params.each} more. It begins with the other parity, so that the two meet as late as possible.")

-- facts 3-01, 3-02, 3-04
predict {
  at = "connected",
  ask = "The range begins with {params.low}. {params.each} connect()s without bind: what are their source ports?",
  type = "choice",
  options = { "all even", "all odd", "mixed" },
  answer = function(w) return parity(connected(w)) end,
}

predict {
  at = "bound",
  ask = "And the {params.each} ports that bind(0) gave?",
  type = "choice",
  options = { "all even", "all odd", "mixed" },
  answer = function(w) return parity(bound(w)) end,
}

local function wide() return params.high - params.low >= 4 * params.each end

expect("connect() takes ports with the parity of the low end, bind(0) the others, while there are enough", "bound", function(w)
  if not wide() then return true end
  local mine = params.low % 2 == 0 and "all even" or "all odd"
  local theirs = params.low % 2 == 0 and "all odd" or "all even"
  return parity(connected(w)) == mine and parity(bound(w)) == theirs
end)

-- fact 3-07
expect("for one destination each port lies 2 to 16 behind the one before", "connected", function(w)
  if params.high - params.low < 1000 then return true end
  local ports = connected(w)
  for i = 2, #ports do
    local step = ports[i] - ports[i - 1]
    if step > 0 and (step > 16 or step % 2 ~= 0) then return false, ports[i - 1] .. " → " .. ports[i] end
  end
  return #ports == params.each
end)
