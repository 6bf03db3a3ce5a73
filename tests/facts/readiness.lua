-- What poll() says of a descriptor in each situation. Every program prints what it finds, and the real kernel
-- must find the same.
-- facts 10.1-01, 10.1-02, 10.1-03, 10.1-05, 10.1-06, 10.1-07, 10.1-08, 10.1-09, 10.1-10, 10.1-11, 10.1-12
-- facts 10.1-13, 10.1-14, 10.1-15, 10.1-16, 10.1-18, 10.1-20, 10.1-21, 10.1-22, 10.1-23, 10.3-01
scenario { title = "readiness", limits = "", stop_at = "4s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

local names = { { POLLIN, "IN" }, { POLLOUT, "OUT" }, { POLLERR, "ERR" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
                { POLLNVAL, "NVAL" } }
local function look(what, fd)
  local _, set = check(poll({ { fd = fd, events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP } }, 0))
  local text = ""
  for _, name in ipairs(names) do
    if set[1].revents & name[1] ~= 0 then text = text .. " " .. name[2] end
  end
  print(what .. ":" .. text)
end

process(srv, "server", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  look("fresh", fd)
  check(bind(fd, "0.0.0.0", 80))
  look("bound", fd)
  check(listen(fd, 8))
  look("listening", fd)
  sleep("50ms")
  look("one queued", fd)
  local conn = check(accept(fd))
  sleep("50ms")
  check(send(conn, "data"))
  sleep("50ms")
  check(shutdown(conn, SHUT_WR))
  sleep("50ms")
  close(conn)
  conn = check(accept(fd))  -- the second client
  sleep("100ms")
  check(setsockopt(conn, SOL_SOCKET, SO_LINGER, { on = true, seconds = 0 }))
  close(conn)
  conn = check(accept(fd))  -- the third
  sleep("100ms")
  close(conn)
  check(accept(fd))  -- the fourth stays, and reads nothing
  sleep("200ms")
  check(shutdown(fd, SHUT_RDWR))
  look("a listener that was shut", fd)
  sleep("5s")
end)

local function connected()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 80))
  return fd
end

process(cli, "first", { start = "10ms" }, function()
  local fd = connected()
  look("connected", fd)
  sleep("80ms")
  look("data", fd)
  check(recv(fd, 100))
  look("read", fd)
  sleep("50ms")
  look("the peer has shut its side", fd)
  check(shutdown(fd, SHUT_WR))
  look("both sides shut", fd)
end)

process(cli, "second", { start = "300ms" }, function()
  local fd = connected()
  check(shutdown(fd, SHUT_RD))
  look("own read side shut", fd)
  sleep("200ms")
  look("reset by the peer", fd)
  print(recv(fd, 10))
  look("once more", fd)
end)

process(cli, "third", { start = "600ms" }, function()
  local fd = connected()
  sleep("200ms")
  look("closed by the peer", fd)
  check(send(fd, "x"))
  sleep("50ms")
  look("answered with RST", fd)
  print(getsockopt(fd, SOL_SOCKET, SO_ERROR))
end)

process(cli, "fourth", { start = "1s" }, function()
  local fd = connected()
  check(shutdown(fd, SHUT_WR))
  look("own write side shut", fd)
end)

process(cli, "refused", { start = "20ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
  print(connect(fd, "srv", 81))
  look("under way", fd)
  sleep("50ms")
  look("refused", fd)
  print(getsockopt(fd, SOL_SOCKET, SO_ERROR))
  look("and told", fd)
  print(getsockopt(fd, SOL_SOCKET, SO_ERROR))
end)

process(cli, "datagrams", { start = "20ms" }, function()
  local fd = check(socket(AF_INET, SOCK_DGRAM))
  look("UDP, fresh", fd)
  check(connect(fd, "srv", 91))
  check(send(fd, "x"))
  sleep("50ms")
  look("UDP, nobody there", fd)
  local own = check(socket(AF_INET, SOCK_DGRAM))
  check(bind(own, "127.0.0.1", 92))
  check(sendto(own, "", "127.0.0.1", 92))
  sleep("10ms")
  look("UDP, an empty datagram", own)
  local shut = check(socket(AF_INET, SOCK_DGRAM))
  print(shutdown(shut, SHUT_WR))
  look("UDP, write side shut", shut)
  print(shutdown(shut, SHUT_RDWR))
  look("UDP, both shut", shut)
end)

process(srv, "files", function()
  local r, w = check(pipe2(O_NONBLOCK))
  look("pipe, empty", r)
  look("pipe, room", w)
  check(write(w, pattern(65536)))
  look("pipe, data", r)
  look("pipe, full", w)
  close(r)
  look("pipe, full, no reader", w)
  r, w = check(pipe())
  look("pipe, to write", w)
  close(w)
  look("pipe, no writer", r)
  close(r)
  look("closed", r)
  local event = check(eventfd(0))
  look("eventfd 0", event)
  check(write(event, string.pack("<I8", 1)))
  look("eventfd 1", event)
  local timer = check(timerfd_create(CLOCK_MONOTONIC))
  look("timer", timer)
  check(timerfd_settime(timer, "5ms"))
  sleep("20ms")
  look("timer, over", timer)
  look("/dev/null", check(open("/dev/null", O_RDWR)))
  look("a file", check(open("/tmp/f", O_RDWR | O_CREAT)))
  local ep = check(epoll_create1())
  print(epoll_ctl(ep, EPOLL_CTL_ADD, check(open("/dev/null", O_RDWR)), EPOLLIN))
  print(epoll_ctl(ep, EPOLL_CTL_ADD, check(open("/tmp/f", O_RDWR)), EPOLLIN))
  look("an epoll", ep)
  check(epoll_ctl(ep, EPOLL_CTL_ADD, event, EPOLLIN))
  look("an epoll with news", ep)
end)

expect("everybody has looked", function(w)
  return #w:calls { name = "poll" } >= 40 and not w:calls { process = "first", name = "recv", nth = 1 }.errno
end)
