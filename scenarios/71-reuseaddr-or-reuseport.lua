scenario {
  version = 1,
  id = "O1",
  title = "REUSEADDR or REUSEPORT?",
  summary = "Two programs want the same port. Two options with similar names permit different things.",
  goal = "Say when two sockets may have one name, when both may even listen, and who must agree.",
  limits = "Follows Linux 6.18. Which of two listeners gets a connection is another lesson's matter.",
  notes = "Say: REUSEADDR forgives what is left behind; REUSEPORT shares, among sockets of one user. Avoid: 'the same with two names'.",
  stop_at = "300ms",
}

params {
  listening = { default = "yes", values = { "yes", "no" }, help = "does the first program listen already?" },
  user = { default = "the same", values = { "the same", "another" }, help = "who runs the second program" },
  second = { default = "0.0.0.0", values = { "0.0.0.0", "127.0.0.1" }, help = "what the second program binds; the first: 0.0.0.0" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

-- Nine ports, one for each pair of options.
local options = { "nothing", "SO_REUSEADDR", "SO_REUSEPORT" }
local cases = {}
for _, first in ipairs(options) do
  for _, second in ipairs(options) do
    cases[#cases + 1] = { first = first, second = second, port = 8001 + #cases }
  end
end

local function bind_with(option, address, port)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  if option ~= "nothing" then check(setsockopt(fd, SOL_SOCKET, option, 1)) end
  local ok, err = bind(fd, address, port)
  return ok and fd, err
end

process(srv, "first", function()
  for _, case in ipairs(cases) do
    local fd = check(bind_with(case.first, "0.0.0.0", case.port))
    if params.listening == "yes" then check(listen(fd, 5)) end
  end
  sleep("10s")
end)

process(srv, "second", { start = "50ms", user = params.user == "another" and 1000 or 0 }, function()
  for _, case in ipairs(cases) do
    local fd, err = bind_with(case.second, params.second, case.port)
    print(case.first, "and", case.second, fd and "ok" or err)
  end
  sleep("10s")
end)

local function outcome(w, first, second)
  for i, case in ipairs(cases) do
    if case.first == first and case.second == second then
      return w:calls { process = "second", name = "bind", nth = i }.errno or "ok"
    end
  end
end

bookmark("taken", "40ms")
bookmark("tried", "100ms")

at(0, "The first program binds nine ports with three options in turn. Does it listen? {params.listening}.")
at("taken", "{#w:ports('srv')} ports are in the table. Now the second program, run by {params.user} user, wants each of them, too.")
at("tried", "{#w:records{kind = 'PortBound', process = 'second'}} of nine came through.")

local asked = {
  { "SO_REUSEADDR", "SO_REUSEADDR" },
  { "SO_REUSEPORT", "SO_REUSEPORT" },
  { "SO_REUSEPORT", "SO_REUSEADDR" },
  { "nothing", "SO_REUSEPORT" },
}
for _, pair in ipairs(asked) do
  predict {
    at = "tried",
    ask = "The first socket has " .. pair[1] .. " (listening: {params.listening}), the second " .. pair[2]
      .. ", run by {params.user} user. bind() gives?",
    type = "choice",
    options = { "ok", "EADDRINUSE", "EACCES" },
    answer = function(w) return outcome(w, pair[1], pair[2]) end,
  }
end

-- facts 2A-04, 2A-13, 2B-04, 2B-13, 2-31, 2-33
expect("sharing needs one option on both: REUSEADDR while nobody listens, REUSEPORT for one user", "tried", function(w)
  for _, case in ipairs(cases) do
    local by_address = case.first == "SO_REUSEADDR" and case.second == "SO_REUSEADDR" and params.listening == "no"
    local by_port = case.first == "SO_REUSEPORT" and case.second == "SO_REUSEPORT" and params.user == "the same"
    local wanted = (by_address or by_port) and "ok" or "EADDRINUSE"
    local got = outcome(w, case.first, case.second)
    if got ~= wanted then return false, case.first .. " and " .. case.second .. ": " .. got end
  end
  return true
end)
