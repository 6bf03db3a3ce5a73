scenario {
  version = 1,
  id = "X3",
  title = "Sending a descriptor",
  summary = "A front process accepts connections and hands each of them to a worker: by a message on a Unix socket.",
  goal = "Say what travels in a message with SCM_RIGHTS, which number it gets, and who must close before a FIN is sent.",
  limits = "Follows Linux 6.18. The link loses nothing and has no rate; each call takes 1 µs.",
  notes = "Say: numbers are local, open files are not. While the message lies in the queue, the message is a holder, too. "
       .. "Avoid: 'fd 5 is fd 5 everywhere'. nginx, systemd and sshd do this.",
}

params {
  front_closes = { default = "after sending", values = { "after sending", "never" },
                   help = "what the front does with its own descriptor of the connection" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "front", function()
  local ours, theirs = check(socketpair(AF_UNIX, SOCK_STREAM))
  fork(function()  -- the worker keeps one end of the pair, and nothing else
    close(ours)
    sleep("60ms")
    local data, message = check(recvmsg(theirs, 100, { control = CMSG_SPACE(4) }))
    local conn = message.fds[1]
    print("worker:", data, "is descriptor", conn)
    check(send(conn, "hello from the worker"))
    close(conn)
    sleep("200ms")
  end)
  close(theirs)
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  local conn = check(accept(fd))
  print("front: the connection is descriptor", conn)
  check(sendmsg(ours, "a guest", { fds = { conn } }))
  if params.front_closes == "after sending" then close(conn) end
  sleep("200ms")
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 80))
  print("curl:", check(recv(fd, 100)))
  print("the end:", #check(recv(fd, 100)), "bytes")
  close(fd)
end)

-- facts 1-13, 1S-01, 1S-03, 1S-05
bookmark("sent", on { kind = "DescriptorMoved", reason = "DescriptorSent" })
bookmark("in-flight", "50ms")
bookmark("arrived", on { kind = "DescriptorMoved", reason = "DescriptorReceived" })
bookmark("worker-closed", "80ms")

local function tickets(w)
  local count = 0
  for _, row in ipairs(w:fds("front")) do
    if string.find(row.what, "ESTAB", 1, true) and string.find(row.what, "TCP", 1, true) then count = count + 1 end
  end
  return count
end
local function number(w, call) return w:calls { process = "front", name = call, nth = 1 } end
-- The number that the worker got: the connection's row in the worker's table.
local function received(w)
  local low
  for _, row in ipairs(w:fds("front")) do
    if string.find(row.what, "TCP 192.168.1.10:80->", 1, true) and (low == nil or row.fd < low) then low = row.fd end
  end
  return low
end

at("sent", "front has put its connection into a message: no number, but the open file itself. {#w:in_flight('srv')} is in "
   .. "flight: {w:in_flight('srv')[1].what}.")
at("in-flight", "The message waits. For the descriptors that name the connection, see the descriptor tables. The message holds it, too.")
at("arrived", "The worker has read the message: the open file has got the lowest number that was free in the worker's table.")

predict {
  at = "in-flight",
  ask = "front has closed its descriptor ({params.front_closes}), the worker has not read the message yet. What does ss show of "
     .. "the connection on srv?",
  type = "choice",
  options = { "ESTAB", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "nothing" },
  answer = function(w)
    for _, row in ipairs(w:sockets { host = srv, proto = "tcp", lport = 80 }) do
      if row.pport ~= 0 then return row.state end
    end
    return "nothing"
  end,
}

predict {
  at = "arrived",
  ask = "In front the connection was descriptor {w:calls { process = 'front', name = 'accept', nth = 1 }.result}. The worker had 0, 1, 2 and one end of the pair, "
     .. "number 4. Which number has the connection in the worker?",
  type = "number",
  answer = function(w) return received(w) end,
}

predict {
  at = "worker-closed",
  ask = "The worker has answered and closed. front closed its own descriptor: {params.front_closes}. Has srv sent a FIN?",
  type = "choice",
  options = { "yes", "no" },
  answer = function(w) return w:packets { from = srv, flags = "FIN", nth = 1 } and "yes" or "no" end,
}

expect("the message holds the connection while it waits", "in-flight", function(w)
  return #w:in_flight("srv") == 1 and tickets(w) == (params.front_closes == "never" and 1 or 0)
         and #w:sockets { host = srv, state = "ESTAB", proto = "tcp" } == 1
end)

expect("it arrives under a number of the worker's own", "arrived", function(w)
  return received(w) == 3 and number(w, "accept").result == 5 and #w:in_flight("srv") == 0
end)

expect("the FIN leaves when the last of both has closed", "worker-closed", function(w)
  local fin = w:packets { from = srv, flags = "FIN", nth = 1 }
  return (fin ~= nil) == (params.front_closes == "after sending")
end)
