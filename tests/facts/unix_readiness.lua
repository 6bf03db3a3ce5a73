-- What poll says of Unix sockets, and whom a change wakes.
-- facts 10.1-19, 9-19, 9-41
scenario { title = "readiness of Unix sockets", limits = "", stop_at = "2s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local started, stories = 0.05, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn)
  stories[#stories + 1] = name
  process(srv, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + 0.1
end
-- A real call takes longer than the model's: after some of them in a row the real run may catch up.
local calls = 0
local function breathe()
  calls = calls + 1
  if calls % 8 == 0 then sleep("2ms") end
end
local function pair(type) return check(socketpair(AF_UNIX, type)) end
local function now_true(fd)
  local _, set = check(poll({ { fd = fd, events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP } }, 0))
  return set[1].revents or 0
end
local all_over = POLLIN | POLLOUT | POLLHUP | POLLRDHUP

story("streams", function()
  local fresh = check(socket(AF_UNIX, SOCK_STREAM))
  is(POLLOUT | POLLHUP, now_true(fresh))
  local a, b = pair(SOCK_STREAM)
  is(POLLOUT, now_true(a))
  send(b, "x")
  is(POLLIN | POLLOUT, now_true(a))
  shutdown(b, SHUT_WR)
  is(POLLIN | POLLOUT | POLLRDHUP, now_true(a))
  close(b)
  is(all_over, now_true(a))
  a, b = pair(SOCK_STREAM)
  send(a, "unread")
  close(b)
  is(all_over | POLLERR, now_true(a))
  recv(a, 1)
  is(all_over, now_true(a))
  check(bind(fresh, "@l"))
  check(listen(fresh, 1))
  is(0, now_true(fresh))
  local c = check(socket(AF_UNIX, SOCK_STREAM))
  check(connect(c, "@l"))
  is(POLLIN, now_true(fresh))
end)

story("room", function()
  local a, b = pair(SOCK_STREAM)
  while send(a, pattern(1000), MSG_DONTWAIT) do breathe() end
  is(0, now_true(a))
  for _ = 1, 69 do
    recv(b, 1000)
    breathe()
  end
  is(0, now_true(a))  -- 24 of 93 wait: more than a quarter
  recv(b, 1000)
  is(POLLOUT, now_true(a))
end)

story("datagrams", function()
  local a, b = pair(SOCK_DGRAM)
  close(b)
  is(POLLOUT, now_true(a))
  local q = check(socket(AF_UNIX, SOCK_SEQPACKET))
  is(POLLOUT | POLLHUP, now_true(q))
  a, b = pair(SOCK_SEQPACKET)
  close(b)
  is(all_over, now_true(a))
  local r, s = check(socket(AF_UNIX, SOCK_DGRAM)), check(socket(AF_UNIX, SOCK_DGRAM))
  check(bind(r, "@r"))
  check(connect(s, "@r"))
  for _ = 1, 11 do send(s, "x") end
  is(0, now_true(s))  -- its own buffer has room, the other's queue has not
  recv(r, 1)
  is(POLLOUT, now_true(s))
end)

story("woken", function()
  local a, b = pair(SOCK_STREAM)
  local ep = check(epoll_create())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN | EPOLLRDHUP))
  thread(function()
    sleep("10ms")
    send(b, "x")
    sleep("10ms")
    close(b)
  end)
  local list = check(epoll_wait(ep, 5, -1))
  is(EPOLLIN, list[1].events)
  recv(a, 5)
  list = check(epoll_wait(ep, 5, -1))
  is(EPOLLIN | EPOLLHUP | EPOLLRDHUP, list[1].events)
  local s, r = check(socket(AF_UNIX, SOCK_DGRAM)), check(socket(AF_UNIX, SOCK_DGRAM))
  check(bind(r, "@full"))
  check(connect(s, "@full"))
  for _ = 1, 11 do send(s, "x") end
  thread(function()
    sleep("10ms")
    recv(r, 1)
  end)
  local count, set = check(poll({ { fd = s, events = POLLOUT } }, -1))
  is(POLLOUT, set[1].revents)
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
