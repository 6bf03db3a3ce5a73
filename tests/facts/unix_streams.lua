-- Streams of Unix sockets: the queue of a listener, data, and the end.
-- facts 9-13, 9-14, 9-18, 9-19, 9-20, 9-21, 9-31, 9-32, 9-33, 9-34, 9-38, 9-39, 9-41, 9-42
scenario { title = "Unix streams", limits = "", stop_at = "4500ms" }

local srv = host { name = "srv", ip = "192.168.1.10" }

local started, stories = 0.05, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn, takes)
  stories[#stories + 1] = name
  process(srv, name, { start = started }, function()
    fn()
    random(7, 7)  -- it came to its end
  end)
  started = started + (takes or 0.1)
end
-- A real call takes longer than the model's: after some of them in a row the real run may catch up.
local calls = 0
local function breathe()
  calls = calls + 1
  if calls % 8 == 0 then sleep("2ms") end
end
local function stream(flags) return check(socket(AF_UNIX, SOCK_STREAM | (flags or 0))) end
local function listener(name, backlog)
  local l = stream()
  check(bind(l, name))
  check(listen(l, backlog))
  return l
end
local function pair(type) return check(socketpair(AF_UNIX, type or SOCK_STREAM)) end

story("fresh", function()
  local s = stream()
  is("EINVAL", recv(s, 1))
  is("ENOTCONN", send(s, "x", MSG_NOSIGNAL))
  is("EOPNOTSUPP", sendto(s, "x", "/tmp/none"))
  is("ENOTCONN", getpeername(s))
  is(true, shutdown(s, SHUT_RD))
  local q = check(socket(AF_UNIX, SOCK_SEQPACKET))
  is("ENOTCONN", recv(q, 1))
  is("ENOTCONN", send(q, "x", MSG_NOSIGNAL))
  local a = pair()
  local l = listener("@isconn", 1)
  is("EISCONN", connect(a, "@isconn"))
  is("EINVAL", connect(l, "@isconn"))
  is("EISCONN", sendto(a, "x", "/tmp/none"))
  is("EINVAL", listen(a, 1))
  is(0, send(a, ""))
  is("EINVAL", connect(a, AF_UNSPEC))
  is("EOPNOTSUPP", socketpair(AF_INET, SOCK_STREAM))
  is("ESOCKTNOSUPPORT", socketpair(AF_UNIX, 4))
end)

story("backlog", function()
  for backlog = 0, 3 do
    local name = "@backlog" .. backlog
    local l = listener(name, backlog)
    for _ = 0, backlog do is(true, connect(stream(SOCK_NONBLOCK), name)) end
    is("EAGAIN", connect(stream(SOCK_NONBLOCK), name))
    local waits = stream()
    check(setsockopt(waits, SOL_SOCKET, SO_SNDTIMEO, "10ms"))
    is("EAGAIN", connect(waits, name))
    check(accept(l))
    is(true, connect(waits, name))
    is("EAGAIN", connect(waits, name))  -- it is connected, but the other end is looked at first
  end
end)

story("accepts-late", function()
  local l = listener("/tmp/late", 0)
  sleep("40ms")
  local conn = check(accept(l))
  is("early", recv(conn, 100))
  local second = check(accept(l))
  is(100, send(second, pattern(100)))
  sleep("40ms")
end)
process(srv, "connects-early", { start = started - 0.095 }, function()
  local c = stream()
  check(connect(c, "/tmp/late"))
  is(5, send(c, "early"))
  sleep("80ms")
end)
process(srv, "waits", { start = started - 0.09 }, function()
  local c = stream()
  check(connect(c, "/tmp/late"))
  is(100, #recv(c, 200))
end)

story("data", function()
  local a, b = pair()
  send(a, "one")
  send(a, "two")
  is("onetwo", recv(b, 100))
  is(true, shutdown(a, SHUT_WR))
  is("", recv(b, 100))
  is(5, send(b, "reply"))
  is("reply", recv(a, 100))
  is("EPIPE", send(a, "x", MSG_NOSIGNAL))
end)

local function fill(fd, size)
  local sum = 0
  while true do
    local taken = send(fd, pattern(size), MSG_DONTWAIT)
    if not taken then return sum end
    sum = sum + taken
    breathe()
  end
end

story("capacity", function()
  for _, row in ipairs { { 1, 278 }, { 192, 53376 }, { 193, 32231 }, { 1000, 93000 }, { 3776, 185024 }, { 3777, 166188 },
                         { 5000, 170000 }, { 20000, 220000 }, { 36545, 219269 }, { 60000, 216544 }, { 100000, 236544 } } do
    local a = pair()
    is(row[2], fill(a, row[1]))
  end
  local a, b = pair()
  check(setsockopt(a, SOL_SOCKET, SO_SNDBUF, 4608))
  is(9088, fill(a, 10000))
end, 0.5)

story("the-end", function()
  local a, b = pair()
  close(b)
  is("", recv(a, 10))
  is("EPIPE", send(a, "x", MSG_NOSIGNAL))
  a, b = pair()
  send(a, "unread")
  close(b)
  is("ECONNRESET", recv(a, 10))
  is("", recv(a, 10))
  is("EPIPE", send(a, "x", MSG_NOSIGNAL))
  is("", getpeername(a))
  a, b = pair()
  send(a, "unread")
  close(b)
  is("EPIPE", send(a, "x", MSG_NOSIGNAL))
  is("ECONNRESET", recv(a, 10))
  a, b = pair()
  send(a, "unread")
  send(b, "said before")
  close(b)
  is("said before", recv(a, 20))
  is("ECONNRESET", recv(a, 20))
  is("", recv(a, 20))
  a, b = pair(SOCK_SEQPACKET)
  send(a, "unread")
  send(b, "said before")
  close(b)
  is("ECONNRESET", recv(a, 20))
  is("said before", recv(a, 20))
  is("", recv(a, 20))
  local l = listener("@never", 5)
  local c = stream()
  check(connect(c, "@never"))
  close(l)
  is("ECONNRESET", recv(c, 10))
  is("", recv(c, 10))
  is("EPIPE", send(c, "x", MSG_NOSIGNAL))
end)

story("shut-listener", function()
  local l = listener("@shut", 5)
  check(connect(stream(), "@shut"))
  is(true, shutdown(l, SHUT_RD))
  is("ECONNREFUSED", connect(stream(), "@shut"))
  check(accept(l))
  is("EINVAL", accept(l))
end)

story("blocked-writer", function()
  local a, b = pair()
  fill(a, 1000)
  thread(function()
    sleep("10ms")
    shutdown(b, SHUT_RD)
  end)
  is("EPIPE", send(a, pattern(1000)))  -- and no SIGPIPE, as it had to wait
  is("EPIPE", send(a, pattern(1000), MSG_NOSIGNAL))
  local c, d = pair()
  fill(c, 1000)
  thread(function()
    sleep("10ms")
    close(d)
  end)
  is("ECONNRESET", send(c, pattern(1000)))
end)

story("room-again", function()
  local a, b = pair()
  local sum = fill(a, 1000)
  thread(function()
    for _ = 1, 93 do
      sleep("500us")
      recv(b, 1000)
    end
  end)
  is(1000, send(a, pattern(1000)))
end)

story("who", function()
  local l = listener("@who", 5)
  local s = stream()
  local none = getsockopt(s, SOL_SOCKET, SO_PEERCRED)
  is(0, none.pid)
  is(-1, none.uid)
  local a = pair()
  local me = getpid()
  is(me, getsockopt(a, SOL_SOCKET, SO_PEERCRED).pid)
  local child = fork(function()
    local c = stream()
    check(connect(c, "@who"))
    is(me, getsockopt(c, SOL_SOCKET, SO_PEERCRED).pid)
  end)
  sleep("10ms")
  local conn = check(accept(l))
  local who = getsockopt(conn, SOL_SOCKET, SO_PEERCRED)
  is(child, who.pid)
  is(0, who.uid)
  is(0, getsockopt(check(socket(AF_INET, SOCK_STREAM)), SOL_SOCKET, SO_PEERCRED).pid)
end)

process(srv, "shown", { start = "3.8s" }, function()
  local l = listener("@shown", 5)
  local c = stream()
  check(connect(c, "@shown"))
  check(send(c, pattern(1000)))
  sleep("300ms")
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "random" } == 1 end)
end
expect("who waits goes on with the accept", function(w)
  local call = w:calls { process = "waits", name = "connect", nth = 1 }
  local accept = w:calls { process = "accepts-late", name = "accept", nth = 1 }
  return call.returned >= accept.entered and call.result == 0
end)
expect("rows of ss -x", "3.9s", function(w)
  local row = w:sockets { host = srv, proto = "unix", state = "LISTEN", name = "@shown" }[1]
  local ends = w:sockets { host = srv, proto = "unix", state = "ESTAB" }
  return row.recvq == 1 and row.sendq == 5 and #ends == 1 and ends[1].sendq == 2304 and ends[1].dst == "@shown"
end)
