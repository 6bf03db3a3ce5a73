-- Urgent data: one byte that the receiver is told of before it reads so far.
-- facts 7.6-01, 7.6-02, 7.6-03, 7.6-04, 7.6-05, 7.6-06, 7.6-07, 10.1-17
scenario { title = "urgent", limits = "", stop_at = "3s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local cli = host { name = "cli", ip = "10.0.0.5" }
link { cli, srv, delay = "10ms" }

local started, stories, port = 0.001, {}, 5000
local function is(want, got, err) check((err or got) == want) end
local function now_true(fd)
  local _, set = check(poll({ { fd = fd, events = POLLIN | POLLPRI | POLLOUT } }, 0))
  return set[1].revents or 0
end
-- `sends` runs in the client, `reads` in the server, both with a connection.
local function story(name, sends, reads)
  stories[#stories + 1] = name
  port = port + 1
  local at = port
  process(srv, name, { start = started }, function()
    local l = check(socket(AF_INET, SOCK_STREAM))
    check(bind(l, "0.0.0.0", at))
    check(listen(l, 5))
    local conn = check(accept(l))
    sleep("150ms")
    reads(conn)
    getpid()
  end)
  process(cli, name .. "-sends", { start = started + 0.03 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", at))
    sends(fd)
    sleep("1s")
  end)
  started = started + 0.04
end

story("alone", function(fd) is(1, send(fd, "!", MSG_OOB)) end, function(conn)
  is(POLLPRI | POLLOUT, now_true(conn))
  local _, _, x = check(select({ conn }, {}, { conn }, 0))
  is(1, #x)
  is(1, ioctl(conn, SIOCATMARK))
  is(0, ioctl(conn, FIONREAD))
  is("EAGAIN", recv(conn, 10, MSG_DONTWAIT))
  is("EINVAL", recv(conn, 10, MSG_OOB))  -- reading passed it over
end)

story("taken", function(fd) is(6, send(fd, "hello!", MSG_OOB)) end, function(conn)
  is(POLLIN | POLLPRI | POLLOUT, now_true(conn))
  is(0, ioctl(conn, SIOCATMARK))
  is(5, ioctl(conn, FIONREAD))
  is("!", recv(conn, 10, MSG_OOB | MSG_PEEK))
  is("!", recv(conn, 10, MSG_OOB))
  is("EINVAL", recv(conn, 10, MSG_OOB))
  is(POLLIN | POLLOUT, now_true(conn))
  is("hello", recv(conn, 100))
  is(1, ioctl(conn, SIOCATMARK))
  is("EAGAIN", recv(conn, 10, MSG_DONTWAIT))
  is(0, ioctl(conn, SIOCATMARK))
end)

story("in-the-middle", function(fd)
  is(4, send(fd, "abc!", MSG_OOB))
  is(3, send(fd, "def"))
end, function(conn)
  is(POLLIN | POLLPRI | POLLOUT, now_true(conn))
  is("abc", recv(conn, 100))  -- not beyond the mark
  is(1, ioctl(conn, SIOCATMARK))
  is("def", recv(conn, 100, MSG_PEEK))
  is("!", recv(conn, 1, MSG_OOB))
  is("def", recv(conn, 100))
end)

story("in-line", function(fd)
  is(4, send(fd, "abc!", MSG_OOB))
  is(3, send(fd, "def"))
end, function(conn)
  check(setsockopt(conn, SOL_SOCKET, SO_OOBINLINE, 1))
  is("EINVAL", recv(conn, 10, MSG_OOB))
  is("abc", recv(conn, 100))
  is(1, ioctl(conn, SIOCATMARK))
  is("!def", recv(conn, 100))
  is(0, ioctl(conn, SIOCATMARK))
end)

story("two-of-them", function(fd)
  is(2, send(fd, "a1", MSG_OOB))
  sleep("30ms")
  is(2, send(fd, "b2", MSG_OOB))
end, function(conn)
  is("2", recv(conn, 1, MSG_OOB))  -- the newest counts
  is("a1b", recv(conn, 100))       -- the older one is a byte like others now
  is("EAGAIN", recv(conn, 100, MSG_DONTWAIT))
end)

story("taken-and-the-next", function(fd)
  is(3, send(fd, "abc"))
  is(1, send(fd, "X", MSG_OOB))
  sleep("250ms")
  is(1, send(fd, "Y", MSG_OOB))
  is(2, send(fd, "de"))
end, function(conn)
  is("abc", recv(conn, 100))
  is("X", recv(conn, 1, MSG_OOB))
  sleep("250ms")
  is("de", recv(conn, 100))  -- neither of the two comes in the stream
  is("EAGAIN", recv(conn, 100, MSG_DONTWAIT))
end)

story("none", function(fd) is(3, send(fd, "abc")) end, function(conn)
  is("EINVAL", recv(conn, 10, MSG_OOB))
  is(0, sockatmark(conn))
  is("abc", recv(conn, 10))
end)

story("whole", function(fd)
  is(4, send(fd, "abc!", MSG_OOB))
  is(3, send(fd, "def"))
end, function(conn)
  is("abc", recv(conn, 6, MSG_WAITALL))  -- the mark ends it
  is("def", recv(conn, 3, MSG_WAITALL))
end)

story("refused", function(fd)
  local u = check(socket(AF_INET, SOCK_DGRAM))
  is("EOPNOTSUPP", sendto(u, "x", "srv", 9, MSG_OOB))
  is("EAGAIN", recv(u, 1, MSG_OOB | MSG_DONTWAIT))  -- taken no notice of
  is("ENOTTY", ioctl(u, SIOCATMARK))
  is(0, ioctl(u, FIONREAD))
  is("ENOTTY", ioctl(1, SIOCATMARK))
  is("EBADF", ioctl(99, SIOCATMARK))
  is(0, ioctl(fd, SIOCOUTQ))
  send(fd, "bye")
end, function(conn) is("bye", recv(conn, 10)) end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
expect("the header tells where it is", function(w)
  local urgent = 0
  for _, packet in ipairs(w:packets { from = cli }) do
    if packet.flags:find("URG") then urgent = urgent + 1 end
  end
  return urgent >= 7
end)
