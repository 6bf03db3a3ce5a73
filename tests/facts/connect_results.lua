-- What connect() says in each state of a socket.
-- facts 5.1-01, 5.1-02, 5.1-03, 5.1-04, 5.1-05, 5.1-07, 5.1-08, 5.1-09, 5.1-10, 5.1-11, 5.1-12, 5.1-24, 5.1-25
scenario { title = "connect results", limits = "", stop_at = "2s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 20))
  sleep(100)
end)
process(cli, "local", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "127.0.0.1", 80))
  check(listen(fd, 5))
  sleep(100)
end)

local started = 0.001
local wanted = {}
local function story(name, fn, results)
  process(cli, name, { start = started }, fn)
  started = started + 0.15
  wanted[name] = results
end
local function nonblocking() return check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK)) end

story("polls", function()
  local fd = nonblocking()
  connect(fd, "srv", 80)
  connect(fd, "srv", 80)
  send(fd, "x")
  recv(fd, 10)
  getpeername(fd)
  getsockname(fd)
  sleep("50ms")
  connect(fd, "srv", 80)
  connect(fd, "srv", 80)
  getpeername(fd)
  sleep(100)
end, "socket 3, connect EINPROGRESS, connect EALREADY, send EAGAIN, recv EAGAIN, getpeername ENOTCONN, getsockname 0, "
  .. "sleep 0, connect 0, connect EISCONN, getpeername 0, sleep blocks")

story("loopback", function()
  local fd = nonblocking()
  connect(fd, "127.0.0.1", 80)
  sleep("10ms")
  connect(fd, "127.0.0.1", 80)
  sleep(100)
end, "socket 3, connect EINPROGRESS, sleep 0, connect 0, sleep blocks")

story("refused", function()
  local fd = nonblocking()
  connect(fd, "srv", 81)
  sleep("50ms")
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  send(fd, "x", MSG_NOSIGNAL)
  connect(fd, "srv", 81)
  connect(fd, "srv", 81)
  sleep("50ms")
end, "socket 3, connect EINPROGRESS, sleep 0, getsockopt 111, getsockopt 0, send EPIPE, connect ECONNABORTED, "
  .. "connect EINPROGRESS, sleep 0, exit blocks")

story("unread", function()
  local fd = nonblocking()
  for _ = 1, 3 do
    connect(fd, "srv", 81)
    sleep("50ms")
  end
end, "socket 3, connect EINPROGRESS, sleep 0, connect ECONNREFUSED, sleep 0, connect EINPROGRESS, sleep 0, exit blocks")

story("received", function()
  local fd = nonblocking()
  connect(fd, "srv", 81)
  sleep("50ms")
  recv(fd, 10)
  recv(fd, 10)
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
end, "socket 3, connect EINPROGRESS, sleep 0, recv ECONNREFUSED, recv 0, getsockopt 0, exit blocks")

story("again", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  connect(fd, "srv", 81)
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  getsockname(fd)
  connect(fd, "srv", 80)
  connect(fd, "srv", 80)
  connect(fd, AF_UNSPEC)
  getpeername(fd)
  getsockname(fd)
  connect(fd, "srv", 80)
  sleep(100)
end, "socket 3, connect ECONNREFUSED, getsockopt 0, getsockname 0, connect 0, connect EISCONN, connect 0, "
  .. "getpeername ENOTCONN, getsockname 0, connect 0, sleep blocks")

story("bound", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 5000))
  connect(fd, "srv", 81)
  print(check(getsockname(fd)).port)
  connect(fd, "srv", 80)
  print(check(getsockname(fd)).port)
  connect(fd, AF_UNSPEC)
  print(check(getsockname(fd)).port)
  sleep(100)
end, "socket 3, bind 0, connect ECONNREFUSED, getsockname 0, write 5, connect 0, getsockname 0, write 5, connect 0, "
  .. "getsockname 0, write 5, sleep blocks")

story("shuts", function()
  local fd = nonblocking()
  connect(fd, "srv", 80)
  shutdown(fd, SHUT_RDWR)
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  sleep("50ms")
end, "socket 3, connect EINPROGRESS, shutdown 0, getsockopt 104, sleep 0, exit blocks")

story("leaves", function()
  local fd = nonblocking()
  connect(fd, "srv", 80)
  close(fd)
  sleep("50ms")
end, "socket 3, connect EINPROGRESS, close 0, sleep 0, exit blocks")

story("unspec", function()
  local fd = nonblocking()
  connect(fd, AF_UNSPEC)
  connect(fd, "srv", 80)
  connect(fd, AF_UNSPEC)
  getsockopt(fd, SOL_SOCKET, SO_ERROR)
  sleep("50ms")
end, "socket 3, connect 0, connect EINPROGRESS, connect 0, getsockopt 104, sleep 0, exit blocks")

for name, results in pairs(wanted) do
  expect(name, function(w)
    local list = {}
    for i, call in ipairs(w:calls { process = name }) do
      list[i] = call.name .. " " .. (call.blocked and "blocks" or call.errno or call.result)
    end
    local got = table.concat(list, ", ")
    return got == results, got
  end)
end
expect("who disconnects sends RST; who leaves in SYN-SENT says nothing", function(w)
  local resets, fins = w:packets { from = cli, flags = "RST,ACK" }, w:packets { from = cli, flags = "FIN" }
  return #resets == 2 and #fins == 0
end)
