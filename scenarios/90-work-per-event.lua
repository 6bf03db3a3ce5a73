scenario {
  version = 1,
  id = "I6",
  title = "Work for each event: select, poll, epoll",
  summary = "Three programs watch the same number of descriptors with select(), poll() and epoll. One at a time has news.",
  goal = "Say how the work for one event grows with the number of descriptors that are watched.",
  limits = "Follows Linux 6.18. The kernel's looks at descriptors are counted, not timed. select() in C ends at 1,023 "
    .. "(FD_SETSIZE); the kernel does not.",
  notes = "Say: poll brings the set with every call, epoll keeps it. Show: sockarium sweep I6 --set descriptors=10..10000*10 "
    .. "--svg work.svg",
  stop_at = "2s",
}

params {
  descriptors = { default = 100, min = 10, max = 10000, help = "how many each program watches" },
  events = { default = 5, min = 1, max = 50 },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

-- Makes the descriptors, and a thread that puts something into one of them every 10 ms.
local function sources()
  local fds = {}
  for i = 1, params.descriptors do fds[i] = check(eventfd(0)) end
  thread(function()
    sleep("500ms")
    for i = 1, params.events do
      sleep("10ms")
      check(write(fds[i * params.descriptors // params.events], string.pack("<I8", 1)))
    end
  end)
  return fds
end

local function program(name, wait)
  process(srv, name, { nofile = { 20000, 20000 } }, function()
    local fds = sources()
    local next_one = wait(fds)
    for _ = 1, params.events do check(read(next_one(), 8)) end
  end)
end

program("select", function(fds)
  return function() return check(select(fds, nil, nil, -1))[1] end
end)

program("poll", function(fds)
  local set = {}
  for i, fd in ipairs(fds) do set[i] = { fd = fd, events = POLLIN } end
  return function()
    local _, looked_at = check(poll(set, -1))
    for _, one in ipairs(looked_at) do if one.revents ~= 0 then return one.fd end end
  end
end)

program("epoll", function(fds)
  local ep = check(epoll_create1())
  for _, fd in ipairs(fds) do check(epoll_ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN)) end
  return function() return check(epoll_wait(ep, 1, -1))[1].fd end
end)

bookmark("all-wait", "505ms")
bookmark("later", "1900ms")

-- Looks at descriptors for each event; epoll's first look at each, when it is registered, is no event's.
local function work(w, name)
  local looked = w:costs(name).looked_at
  if name == "epoll" then looked = looked - params.descriptors end
  return looked / params.events
end
for _, name in ipairs { "select", "poll", "epoll" } do
  measure(name, function(w) return work(w, name) end)
end

at("all-wait", "Three programs wait for {params.descriptors} descriptors each. In 5 ms the first of them has news.")
at("later", "Looks at descriptors for each event: select {work(w, 'select')}, poll {work(w, 'poll')}, epoll {work(w, 'epoll')}. "
   .. "Bytes carried in and out: {w:costs('select').copied}, {w:costs('poll').copied}, {w:costs('epoll').copied}.")

predict {
  at = "later",
  ask = "{params.descriptors} descriptors, one has news. How many does the kernel look at for it when the program calls poll()?",
  type = "number",
  options = { 1, function() return params.descriptors end, function() return 2 * params.descriptors end },
  answer = function(w) return math.tointeger(work(w, "poll")) or work(w, "poll") end,
}

predict {
  at = "later",
  ask = "And when it calls epoll_wait()?",
  type = "number",
  options = { 1, function() return params.descriptors end, function() return 2 * params.descriptors end },
  answer = function(w) return math.tointeger(work(w, "epoll")) or work(w, "epoll") end,
}

expect("select and poll look at all before they wait and after it, epoll at the one that has called", "later", function(w)
  return work(w, "poll") == 2 * params.descriptors and work(w, "select") == 2 * params.descriptors and work(w, "epoll") <= 2
end)

expect("epoll carries no set in and out", "later", function(w)
  return w:costs("epoll").copied < w:costs("select").copied and w:costs("select").copied < w:costs("poll").copied
end)
