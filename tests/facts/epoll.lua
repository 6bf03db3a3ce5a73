-- epoll on pipes and connections: errors, level and edge, one shot, exclusive, nested.
-- facts 10.2-01, 10.2-02, 10.2-03, 10.2-04, 10.2-05, 10.2-06, 10.2-07, 10.2-08, 10.2-09, 10.2-10, 10.2-11
-- facts 10.2-17, 10.2-18, 10.2-19, 10.3-02, 10.3-04
scenario { title = "epoll", limits = "", stop_at = "3s" }

local srv = host { name = "srv", ip = "192.168.1.10" }

-- A real machine wants a moment between calls.
local function good(...)
  sleep("1ms")
  return check(...)
end
local function say(...)
  print(...)
  sleep("2ms")
end
local function tell(ep, most)
  local text = ""
  for _, report in ipairs(good(epoll_wait(ep, most or 10, 0))) do text = text .. " " .. report.fd .. ":" .. report.events end
  say("reports:" .. text)
end

process(srv, "errors", function()
  local ep = good(epoll_create1())
  local r = good(pipe())
  say(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN))
  say(epoll_ctl(ep, EPOLL_CTL_DEL, r))
  say(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  say(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  say(epoll_ctl(ep, EPOLL_CTL_ADD, ep, EPOLLIN))
  say(epoll_ctl(ep, EPOLL_CTL_ADD, 50, EPOLLIN))
  say(epoll_ctl(ep, 9, r, EPOLLIN))
  say(epoll_ctl(r, EPOLL_CTL_ADD, ep, EPOLLIN))
  say(epoll_wait(ep, 0, 0))
  say(epoll_wait(r, 1, 0))
  say(epoll_wait(50, 1, 0))
  for _, events in ipairs { EPOLLIN, EPOLLIN | EPOLLET, EPOLLIN | EPOLLRDHUP, EPOLLIN | EPOLLPRI, EPOLLIN | EPOLLONESHOT } do
    local fresh = good(pipe())
    say(epoll_ctl(ep, EPOLL_CTL_ADD, fresh, events | EPOLLEXCLUSIVE))
    say(epoll_ctl(ep, EPOLL_CTL_MOD, fresh, EPOLLIN))
  end
  say(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLEXCLUSIVE))
  local set = {}
  for i = 1, 1025 do set[i] = { fd = r, events = POLLIN } end
  say((poll(set, 0)))
  say(select({ 60 }, nil, nil, 0))
end)

process(srv, "chains", { start = "300ms" }, function()
  local eps = {}
  for i = 1, 6 do eps[i] = good(epoll_create1()) end
  for i = 2, 6 do print(epoll_ctl(eps[i], EPOLL_CTL_ADD, eps[i - 1], EPOLLIN)) end
  say(epoll_ctl(eps[1], EPOLL_CTL_ADD, eps[3], EPOLLIN))
  local r, w = good(pipe())
  good(epoll_ctl(eps[1], EPOLL_CTL_ADD, r, EPOLLIN))
  tell(eps[5])
  good(write(w, "x"))
  tell(eps[5])
  good(read(r, 1))
  tell(eps[5])
end)

process(srv, "levels", { start = "600ms" }, function()
  local ep = good(epoll_create1())
  local r, w = good(pipe())
  good(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  good(write(w, "0123456789"))
  tell(ep)
  good(read(r, 4))
  tell(ep)
  good(read(r, 6))
  tell(ep)
  local others = {}
  for i = 1, 3 do
    local to_read, to_write = good(pipe())
    others[i] = to_read
    good(epoll_ctl(ep, EPOLL_CTL_ADD, to_read, EPOLLIN))
    good(write(to_write, "x"))
  end
  for _ = 1, 6 do tell(ep, 1) end
  local copy = good(dup(others[1]))
  good(close(others[1]))
  tell(ep)
  good(close(copy))
  tell(ep)
end)

process(srv, "edges", { start = "900ms" }, function()
  local ep = good(epoll_create1())
  local r, w = good(pipe())
  good(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN | EPOLLET))
  good(write(w, "0123456789"))
  tell(ep)
  tell(ep)
  good(read(r, 4))
  tell(ep)
  good(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLET))
  tell(ep)
  for _ = 1, 3 do good(write(w, "x")) end
  tell(ep)
  tell(ep)
  good(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT))
  tell(ep)
  good(write(w, "x"))
  tell(ep)
  good(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT))
  tell(ep)
end)

process(srv, "connection", { start = "1200ms" }, function()
  local fd = good(socket(AF_INET, SOCK_STREAM))
  good(bind(fd, "127.0.0.1", 80))
  good(listen(fd, 8))
  local here = good(socket(AF_INET, SOCK_STREAM))
  good(connect(here, "127.0.0.1", 80))
  local there = good(accept(fd))
  local ep = good(epoll_create1())
  good(epoll_ctl(ep, EPOLL_CTL_ADD, here, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET))
  tell(ep)
  tell(ep)
  good(send(there, "x"))
  sleep("10ms")
  tell(ep)
  good(close(there))
  sleep("10ms")
  tell(ep)
end)

expect("each program has reached its end", function(w)
  return #w:records { kind = "TaskEnded" } == 5 and #w:calls { process = "errors", name = "poll" } == 1
end)
