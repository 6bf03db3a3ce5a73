scenario {
  version = 1,
  id = "I4",
  title = "Who gets the connection?",
  summary = "Four workers wait for connections of one listener. Twelve come, one after the other.",
  goal = "Say whom the kernel wakes in each way of waiting, and why it does not share out the work.",
  limits = "Follows Linux 6.18. Where all four are woken, a real machine's processors race; here they run one after the other.",
  notes = "Say: the order of a wait queue is policy: accept() queues at its end, epoll_wait() at its head. Avoid: 'the "
    .. "kernel balances'.",
  stop_at = "3s",
}

params {
  way = { default = "accept()", help = "how the workers wait",
          values = { "accept()", "one epoll, level", "one epoll, edge", "own epolls", "own epolls, EPOLLEXCLUSIVE" } },
  connections = { default = 12, min = 1, max = 40 },
  busy = { default = "0ms", help = "how long a worker is busy before it accepts" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

local shares = params.way == "one epoll, level" or params.way == "one epoll, edge"
local flags = { ["one epoll, edge"] = EPOLLIN | EPOLLET, ["own epolls, EPOLLEXCLUSIVE"] = EPOLLIN | EPOLLEXCLUSIVE }

local function epoll_of(fd)
  local ep = check(epoll_create1())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, fd, flags[params.way] or EPOLLIN))
  return ep
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM | (params.way == "accept()" and 0 or SOCK_NONBLOCK)))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  local shared = shares and epoll_of(fd)
  for _ = 1, 4 do
    check(thread(function()
      local ep = shared or params.way ~= "accept()" and epoll_of(fd)
      while true do
        if ep then check(epoll_wait(ep, 1, -1)) end
        sleep(params.busy)
        accept(fd)  -- EAGAIN: another was quicker
      end
    end))
  end
  sleep("1h")
end)

for i = 1, params.connections do
  process(cli, "curl-" .. i, { start = i * 0.05 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    sleep("1h")
  end)
end

bookmark("all-wait", "45ms")
bookmark("later", 0.05 * params.connections + 0.2)

-- How many connections each worker has accepted: «3 3 3 3».
local function shares_of(w)
  local taken = { 0, 0, 0, 0 }
  for _, call in ipairs(w:calls { process = "web", name = "accept" }) do
    if call.result then taken[call.thread - 1] = taken[call.thread - 1] + 1 end
  end
  return table.concat(taken, " ")
end
local function in_vain(w)
  local n = 0
  for _, call in ipairs(w:calls { process = "web", name = "accept" }) do if call.errno == "EAGAIN" then n = n + 1 end end
  return n
end

at("all-wait", "Four workers wait ({params.way}), the first of them has waited longest.")
at("later", "{params.connections} connections have come. By worker, the first to wait first: {shares_of(w)}. "
   .. "accept() has failed {in_vain(w)} times.")

predict {
  at = "later",
  ask = "The workers wait in this way: {params.way}. How many of {params.connections} connections does each accept, the first to wait first?",
  type = "choice",
  options = { "3 3 3 3", "12 0 0 0", "0 0 0 12", "0 0 6 6" },
  answer = shares_of,
}

predict {
  at = "later",
  ask = "How often is a worker woken for a connection that another one takes?",
  type = "number",
  options = { 0, 11, 36 },
  answer = in_vain,
}

-- facts 10.2-12, 10.2-13, 10.2-15, 10.2-16
expect("the order of the wait queue decides", "later", function(w)
  if params.busy ~= "0ms" or params.connections ~= 12 then return true end
  local known = { ["accept()"] = "3 3 3 3", ["one epoll, edge"] = "0 0 0 12", ["one epoll, level"] = "0 0 6 6",
                  ["own epolls, EPOLLEXCLUSIVE"] = "12 0 0 0" }
  if params.way == "own epolls" then return in_vain(w) == 36 end
  return shares_of(w) == known[params.way], shares_of(w)
end)
