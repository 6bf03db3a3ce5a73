-- epoll on pipes and connections: errors, level and edge, one shot, exclusive, nested.
-- facts 10.2-01, 10.2-02, 10.2-03, 10.2-04, 10.2-05, 10.2-06, 10.2-07, 10.2-08, 10.2-09, 10.2-10, 10.2-11
-- facts 10.2-17, 10.2-18, 10.2-19, 10.3-02, 10.3-04
scenario { title = "epoll", limits = "", stop_at = "2s" }

local srv = host { name = "srv", ip = "192.168.1.10" }

local function tell(ep, most)
  local text = ""
  for _, report in ipairs(check(epoll_wait(ep, most or 10, 0))) do text = text .. " " .. report.fd .. ":" .. report.events end
  print("reports:" .. text)
end

process(srv, "errors", function()
  local ep = check(epoll_create1())
  local r = check(pipe())
  print(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN))
  print(epoll_ctl(ep, EPOLL_CTL_DEL, r))
  print(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  print(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  print(epoll_ctl(ep, EPOLL_CTL_ADD, ep, EPOLLIN))
  print(epoll_ctl(ep, EPOLL_CTL_ADD, 50, EPOLLIN))
  print(epoll_ctl(ep, 9, r, EPOLLIN))
  print(epoll_ctl(r, EPOLL_CTL_ADD, ep, EPOLLIN))
  print(epoll_wait(ep, 0, 0))
  print(epoll_wait(r, 1, 0))
  print(epoll_wait(50, 1, 0))
  for _, events in ipairs { EPOLLIN, EPOLLIN | EPOLLET, EPOLLIN | EPOLLRDHUP, EPOLLIN | EPOLLPRI, EPOLLIN | EPOLLONESHOT } do
    local fresh = check(pipe())
    print(epoll_ctl(ep, EPOLL_CTL_ADD, fresh, events | EPOLLEXCLUSIVE))
    print(epoll_ctl(ep, EPOLL_CTL_MOD, fresh, EPOLLIN))
  end
  print(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLEXCLUSIVE))
  local set = {}
  for i = 1, 1025 do set[i] = { fd = r, events = POLLIN } end
  print((poll(set, 0)))
  print(select({ 60 }, nil, nil, 0))
end)

process(srv, "chains", function()
  local eps = {}
  for i = 1, 6 do eps[i] = check(epoll_create1()) end
  for i = 2, 6 do print(epoll_ctl(eps[i], EPOLL_CTL_ADD, eps[i - 1], EPOLLIN)) end
  print(epoll_ctl(eps[1], EPOLL_CTL_ADD, eps[3], EPOLLIN))
  local r, w = check(pipe())
  check(epoll_ctl(eps[1], EPOLL_CTL_ADD, r, EPOLLIN))
  tell(eps[5])
  check(write(w, "x"))
  tell(eps[5])
  check(read(r, 1))
  tell(eps[5])
end)

process(srv, "levels", function()
  local ep = check(epoll_create1())
  local r, w = check(pipe())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN))
  check(write(w, "0123456789"))
  tell(ep)
  check(read(r, 4))
  tell(ep)
  check(read(r, 6))
  tell(ep)
  local others = {}
  for i = 1, 3 do
    local to_read, to_write = check(pipe())
    others[i] = to_read
    check(epoll_ctl(ep, EPOLL_CTL_ADD, to_read, EPOLLIN))
    check(write(to_write, "x"))
  end
  for _ = 1, 6 do tell(ep, 1) end
  local copy = check(dup(others[1]))
  check(close(others[1]))
  tell(ep)
  check(close(copy))
  tell(ep)
end)

process(srv, "edges", function()
  local ep = check(epoll_create1())
  local r, w = check(pipe())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, r, EPOLLIN | EPOLLET))
  check(write(w, "0123456789"))
  tell(ep)
  tell(ep)
  check(read(r, 4))
  tell(ep)
  check(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLET))
  tell(ep)
  for _ = 1, 3 do check(write(w, "x")) end
  tell(ep)
  tell(ep)
  check(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT))
  tell(ep)
  check(write(w, "x"))
  tell(ep)
  check(epoll_ctl(ep, EPOLL_CTL_MOD, r, EPOLLIN | EPOLLONESHOT))
  tell(ep)
end)

process(srv, "connection", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "127.0.0.1", 80))
  check(listen(fd, 8))
  local here = check(socket(AF_INET, SOCK_STREAM))
  check(connect(here, "127.0.0.1", 80))
  local there = check(accept(fd))
  local ep = check(epoll_create1())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, here, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET))
  tell(ep)
  tell(ep)
  check(send(there, "x"))
  sleep("10ms")
  tell(ep)
  check(close(there))
  sleep("10ms")
  tell(ep)
end)

expect("each program has reached its end", function(w)
  return #w:records { kind = "TaskEnded" } == 5 and #w:calls { process = "errors", name = "poll" } == 1
end)
