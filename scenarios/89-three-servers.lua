scenario {
  version = 1,
  id = "I5",
  title = "Threads, processes, or one loop",
  summary = "Three servers do the same work for the same clients: a thread for each connection, a process for each, one loop with epoll.",
  goal = "Compare what the three ways cost: tasks, calls, context switches, descriptors looked at.",
  limits = "Follows Linux 6.18. Costs are counted, not timed: memory and caches are left out. Every call takes 1 us.",
  notes = "Say: one wake-up of the loop serves all that is ready. Avoid: 'threads are slow'; ask what each number means.",
  stop_at = "2s",
}

params {
  clients = { default = 10, min = 1, max = 100, help = "of each server" },
  requests = { default = 4, min = 1, max = 20, help = "of each client" },
  apart = { default = 0, min = 0, max = 100, unit = "ms", help = "how far apart the clients of a server come" },
}

-- A real machine's processors take up what comes together in any order.
compare { params = { clients = 3, requests = 2, apart = 17 } }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

local function listener(port, flags)
  local fd = check(socket(AF_INET, SOCK_STREAM | (flags or 0)))
  check(bind(fd, "0.0.0.0", port))
  check(listen(fd, 128))
  return fd
end

local function talk(conn)
  while true do
    local request = recv(conn, 100)
    if not request or request == "" then break end
    send(conn, "200 OK")
  end
  close(conn)
end

process(srv, "threads", function()
  local fd = listener(81)
  while true do
    local conn = check(accept(fd))
    check(thread(function() talk(conn) end))
  end
end)

process(srv, "processes", function()
  local fd = listener(82)
  while true do
    local conn = check(accept(fd))
    check(fork(function()
      close(fd)
      talk(conn)
    end))
    check(close(conn))
  end
end)

process(srv, "loop", function()
  local fd = listener(83, SOCK_NONBLOCK)
  local ep = check(epoll_create1())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN))
  while true do
    for _, report in ipairs(check(epoll_wait(ep, 64, -1))) do
      if report.fd == fd then
        check(epoll_ctl(ep, EPOLL_CTL_ADD, check(accept4(fd, SOCK_NONBLOCK)), EPOLLIN))
      else
        local request = recv(report.fd, 100)
        if request and request ~= "" then send(report.fd, "200 OK") else close(report.fd) end
      end
    end
  end
end)

local servers = { "threads", "processes", "loop" }
for n, name in ipairs(servers) do
  for i = 1, params.clients do
    process(cli, "curl-" .. i .. "-of-" .. name, { start = (n - 1) * 0.5 + 0.001 + i * params.apart / 1000 }, function()
      local fd = check(socket(AF_INET, SOCK_STREAM))
      check(connect(fd, "srv", 80 + n))
      for _ = 1, params.requests do
        check(send(fd, "GET /"))
        check(recv(fd, 100))
        sleep("50ms")
      end
      close(fd)
    end)
  end
end

bookmark("first-over", "490ms")
bookmark("later", "1900ms")

local function answered(w, name)
  local n = 0
  for _, call in ipairs(w:calls { process = name, name = "send" }) do if call.result then n = n + 1 end end
  return n
end
local function line(w, name)
  local c = w:costs(name)
  return name .. ": " .. c.calls .. " calls, " .. c.switches .. " context switches, " .. c.wake_ups .. " wake-ups, "
    .. c.looked_at .. " looks at descriptors"
end
local function least(w, what)
  local best
  for _, name in ipairs(servers) do
    if not best or w:costs(name)[what] < w:costs(best)[what] then best = name end
  end
  return best
end
measure("threads", function(w) return w:costs("threads").switches end)
measure("processes", function(w) return w:costs("processes").switches end)
measure("loop", function(w) return w:costs("loop").switches end)

at(0, "{params.clients} clients come to each server, one server after the other, and each asks {params.requests} times.")
at("first-over", "The clients of the first server are done. {line(w, 'threads')}.")
at("later", "All are done. {line(w, 'threads')}. {line(w, 'processes')}. {line(w, 'loop')}.")

predict {
  at = "later",
  ask = "Each server has answered {params.clients * params.requests} requests. Which one gave up the processor least often?",
  type = "choice",
  options = { "threads", "processes", "loop" },
  answer = function(w) return least(w, "switches") end,
}

predict {
  at = "later",
  ask = "How many context switches did the loop need for {params.clients * params.requests} requests of {params.clients} clients?",
  type = "number",
  tolerance = 3,
  answer = function(w) return w:costs("loop").switches end,
}

expect("all three do the same work", "later", function(w)
  for _, name in ipairs(servers) do
    if answered(w, name) ~= params.clients * params.requests then return false, name .. ": " .. answered(w, name) end
  end
  return true
end)

expect("what comes together costs the loop one wake-up, the others one for each client", "later", function(w)
  if params.apart > 0 or params.clients < 4 then return true end
  local loop, threads = w:costs("loop"), w:costs("threads")
  return loop.switches * 2 < threads.switches and loop.looked_at > 0 and threads.looked_at == 0
end)
