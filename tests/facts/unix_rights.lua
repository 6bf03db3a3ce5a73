-- Descriptors that travel: SCM_RIGHTS.
-- facts 1S-01, 1S-02, 1S-03, 1S-04, 1S-05, 1S-06, 1S-07, 1S-08, 1S-09, 1S-10, 1S-11, 1S-12, 1S-13, 1S-14, 1S-15
scenario { title = "descriptors in messages", limits = "", stop_at = "2s" }

local srv = host { name = "srv", ip = "192.168.1.10" }

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(name, fn)
  stories[#stories + 1] = name
  process(srv, name, { start = started }, function()
    fn()
    getpid()
  end)
  started = started + 0.1
end
local function pair() return check(socketpair(AF_UNIX, SOCK_STREAM)) end
local function numbers(list) return table.concat(list, " ") end

story("the-same-file", function()
  local a, b = pair()
  local file = check(open("/tmp/file", O_CREAT | O_RDWR))  -- 5
  write(file, "abc")
  lseek(file, 1)
  is(1, sendmsg(a, "x", { fds = { file } }))
  close(file)
  local data, message = recvmsg(b, 10, { control = CMSG_LEN(4) })
  is("x", data)
  is("5", numbers(message.fds))
  is(0, message.flags)
  is("bc", read(5, 10))
  is(0, fcntl(5, F_GETFD))
end)

story("a-socket", function()
  local a, b = pair()
  fcntl(a, F_SETFL, O_NONBLOCK)
  sendmsg(b, "x", { fds = { a } })
  local _, message = recvmsg(a, 10, { control = CMSG_LEN(4) })
  is("5", numbers(message.fds))
  fcntl(5, F_SETFL, 0)
  is(O_RDWR, fcntl(a, F_GETFL))
  sendmsg(b, "x", { fds = { a } })
  _, message = recvmsg(a, 10, { control = 100, flags = MSG_CMSG_CLOEXEC })
  is(FD_CLOEXEC, fcntl(6, F_GETFD))
  is(MSG_CMSG_CLOEXEC, message.flags)
end)

story("room", function()
  local a, b = pair()
  local r, w = check(pipe())  -- 5, 6
  for _, row in ipairs { { 0, "", MSG_CTRUNC }, { 16, "", MSG_CTRUNC }, { 19, "", MSG_CTRUNC },
                         { CMSG_LEN(4), "7", MSG_CTRUNC }, { 23, "7", MSG_CTRUNC }, { CMSG_SPACE(4), "7 8", 0 },
                         { 100, "7 8", 0 } } do
    sendmsg(a, "x", { fds = { r, w } })
    local data, message = recvmsg(b, 10, { control = row[1] })
    is("x", data)
    is(row[2], numbers(message.fds))
    is(row[3], message.flags)
    for _, fd in ipairs(message.fds) do close(fd) end
  end
  sendmsg(a, "plain", { fds = { w } })
  close(w)
  is("EAGAIN", (function() fcntl(r, F_SETFL, O_NONBLOCK); return read(r, 1) end)())
  is("plain", recv(b, 10))
  is("", read(r, 1))  -- the last writer was in the message
end)

story("refused", function()
  local a, b = pair()
  local many = {}
  for i = 1, 254 do many[i] = a end
  is("EINVAL", sendmsg(a, "x", { fds = many }))
  many[254] = nil
  is(1, sendmsg(a, "x", { fds = many }))
  is("EBADF", sendmsg(a, "x", { fds = { a, 99 } }))
  is("EBADF", sendmsg(check(socket(AF_UNIX, SOCK_STREAM)), "x", { fds = { 99 } }))
  is("ENOTCONN", sendmsg(check(socket(AF_UNIX, SOCK_STREAM)), "x", { fds = { a } }))
  is(0, sendmsg(a, "", { fds = { a } }))
  is("x", recv(b, 100))
  is("EPIPE", sendmsg(check(socket(AF_INET, SOCK_STREAM)), "x", { fds = { 99 }, flags = MSG_NOSIGNAL }))
end)

story("barrier", function()
  local a, b = pair()
  local function get(size, flags)
    local data, message = recvmsg(b, size, { control = 100, flags = flags or 0 })
    for _, fd in ipairs(message.fds) do close(fd) end
    return data .. " " .. #message.fds
  end
  send(a, "abc")
  sendmsg(a, "d", { fds = { 0 } })
  send(a, "ef")
  sendmsg(a, "g", { fds = { 0, 1 } })
  sendmsg(a, "h", { fds = { 1 } })
  is("abcd 1", get(100))
  is("efg 2", get(100))
  is("h 1", get(100))
  sendmsg(a, "hello", { fds = { 0 } })
  is("he 1", get(2))
  is("llo 0", get(100))
  sendmsg(a, "hello", { fds = { 0 } })
  is("he 1", get(2, MSG_PEEK))
  is("hello 1", get(100))
end)

process(srv, "few-numbers", { start = started, nofile = { 8, 8 } }, function()
  local a, b = pair()  -- 3, 4
  sendmsg(a, "x", { fds = { a, a, a, a } })
  check(open("/dev/null"))  -- 5
  local data, message = recvmsg(b, 10, { control = 100 })
  is("x", data)
  is("6 7", numbers(message.fds))
  is(MSG_CTRUNC, message.flags)
  getpid()
end)
stories[#stories + 1] = "few-numbers"
started = started + 0.1

story("garbage", function()
  local a, b = pair()
  local r, w = check(pipe())
  fcntl(r, F_SETFL, O_NONBLOCK)
  sendmsg(a, "x", { fds = { b, w } })
  close(w)
  close(a)
  close(b)  -- now only its own queue holds it
  local c, d = pair()
  close(c)
  sleep("20ms")
  is("", read(r, 1))
  -- the other way round the last closing finds it
  a, b = pair()
  local r2, w2 = check(pipe())
  fcntl(r2, F_SETFL, O_NONBLOCK)
  sendmsg(a, "x", { fds = { b, w2 } })
  close(w2)
  close(b)
  close(a)
  sleep("20ms")
  is("", read(r2, 1))
end)

story("never-accepted", function()
  local l = check(socket(AF_UNIX, SOCK_STREAM))
  check(bind(l, "@never"))
  check(listen(l, 1))
  local c = check(socket(AF_UNIX, SOCK_STREAM))
  check(connect(c, "@never"))
  local r, w = check(pipe())
  fcntl(r, F_SETFL, O_NONBLOCK)
  sendmsg(c, "x", { fds = { w } })
  close(w)
  is("EAGAIN", read(r, 1))
  close(l)
  sleep("20ms")
  is("", read(r, 1))
end)

for _, name in ipairs(stories) do
  expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
end
