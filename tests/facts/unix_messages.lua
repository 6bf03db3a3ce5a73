-- Datagrams and sequenced packets of Unix sockets: nothing is lost, and nothing is forgotten, until somebody closes.
-- facts 9-22, 9-23, 9-24, 9-25, 9-26, 9-27, 9-28, 9-29, 9-30, 9-37, 9-40
scenario { title = "Unix messages", limits = "", stop_at = "4s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local short = host { name = "short", ip = "192.168.1.11", sysctl = { ["net.unix.max_dgram_qlen"] = 2 } }

local started, stories = 0.05, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn, where, takes)
  stories[#stories + 1] = name
  process(where or srv, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + (takes or 0.1)
end
-- A real call takes longer than the model's: after some of them in a row the real run may catch up.
local calls = 0
local function breathe()
  calls = calls + 1
  if calls % 8 == 0 then sleep("2ms") end
end
local function dgram(name)
  local fd = check(socket(AF_UNIX, SOCK_DGRAM))
  if name then check(bind(fd, name)) end
  return fd
end
local function pair(type) return check(socketpair(AF_UNIX, type)) end

local function until_full()
  local r, s = dgram("@full"), dgram()
  local count = 0
  while sendto(s, "x", "@full", MSG_DONTWAIT) do
    count = count + 1
    breathe()
  end
  is("EAGAIN", sendto(s, "x", "@full", MSG_DONTWAIT))
  check(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, "10ms"))
  is("EAGAIN", sendto(s, "x", "@full"))
  thread(function()
    sleep("5ms")
    recv(r, 10)
  end)
  check(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, 0))
  is(1, sendto(s, "x", "@full"))
  return count
end
story("queue", function() is(11, until_full()) end)
story("short-queue", function() is(3, until_full()) end, short)

story("capacity", function()
  for _, row in ipairs { { 1, 278 }, { 192, 278 }, { 193, 167 }, { 1000, 93 }, { 5000, 26 }, { 16064, 13 }, { 16065, 11 },
                         { 20000, 11 }, { 60000, 4 }, { 100000, 3 }, { 212960, 1 } } do
    for _, type in ipairs { SOCK_DGRAM, SOCK_SEQPACKET } do
      local a = pair(type)
      local count = 0
      while send(a, pattern(row[1]), MSG_DONTWAIT) do
        count = count + 1
        breathe()
      end
      is(row[2], count)
    end
  end
  local a = pair(SOCK_DGRAM)
  is("EMSGSIZE", send(a, pattern(212961)))
  is("EMSGSIZE", send(a, pattern(300000)))
end, srv, 0.8)

story("nobody-there", function()
  local s, gone = dgram(), dgram("/tmp/gone")
  close(gone)
  is("ECONNREFUSED", connect(s, "/tmp/gone"))
  is("ECONNREFUSED", sendto(s, "x", "/tmp/gone"))
  is("ENOENT", sendto(s, "x", "/tmp/none"))
  is("ECONNREFUSED", sendto(s, "x", "@none"))
  is("ENOTCONN", send(s, "x"))
  is("EINVAL", sendto(s, "x", "127.0.0.1", 80))
  is("EOPNOTSUPP", listen(s, 5))
  is("EOPNOTSUPP", accept(s))
end)

story("peer-gone", function()
  local a, b = pair(SOCK_DGRAM)
  close(b)
  is("ECONNREFUSED", send(a, "x"))
  is("ENOTCONN", send(a, "x"))
  local c, d = pair(SOCK_DGRAM)
  shutdown(d, SHUT_RD)
  is("EPIPE", send(c, "x"))
  is("EAGAIN", recv(d, 10, MSG_DONTWAIT))
  is("", recv(d, 10))
end)

story("connected", function()
  local a, b, c = dgram("@a"), dgram("@b"), dgram()
  check(connect(a, "@b"))
  is("EPERM", sendto(c, "x", "@a"))
  is("EPERM", connect(c, "@a"))
  is(1, sendto(b, "y", "@a"))
  is("y", recv(a, 10))
  is("@b", getpeername(a))
  is(2, send(a, "ab"))
  local data, from, flags = recvfrom(b, 10)
  is("ab", data)
  is("@a", from)
  check(connect(a, AF_UNSPEC))
  is("ENOTCONN", send(a, "x"))
  is(1, sendto(c, "x", "@a"))
  local _, nobody = recvfrom(a, 10)
  is(nil, nobody)
  is(3, sendto(c, "cut", "@a"))
  data, from, flags = recvfrom(a, 2)
  is("cu", data)
  is(MSG_TRUNC, flags)
  is(0, sendto(c, "", "@a"))
  is("", recv(a, 10))
  is("EAGAIN", recv(a, 10, MSG_DONTWAIT))
end)

story("moved-on", function()
  local a, b = pair(SOCK_DGRAM)
  check(bind(check(socket(AF_UNIX, SOCK_DGRAM)), "@else"))
  send(a, "lost")
  check(connect(b, "@else"))
  is("ECONNRESET", send(a, "x"))
  is("EPERM", send(a, "x"))
end)

story("packets", function()
  local a, b = pair(SOCK_SEQPACKET)
  send(a, "abc")
  send(a, "de")
  is(0, send(a, ""))
  is("ab", recv(b, 2))
  is("de", recv(b, 10))
  is("", recv(b, 10))
  is(1, sendto(a, "f", "/tmp/none"))  -- the address is passed over
  is("f", recv(b, 10))
  close(b)
  is("", recv(a, 10))
  is("EPIPE", send(a, "x"))  -- without SIGPIPE
  local l = check(socket(AF_UNIX, SOCK_SEQPACKET))
  check(bind(l, "/tmp/packets"))
  check(listen(l, 1))
  local c = check(socket(AF_UNIX, SOCK_SEQPACKET))
  check(connect(c, "/tmp/packets"))
  check(send(c, "hello"))
  is("hello", recv(check(accept(l)), 10))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
