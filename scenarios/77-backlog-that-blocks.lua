scenario {
  version = 1,
  id = "X2",
  title = "Its backlog blocks",
  summary = "A Unix socket's accept queue is full. The next client is not refused, and nothing is sent again: it waits.",
  goal = "Say what connect() does at a full queue where there is no network in between.",
  limits = "Follows Linux 6.18. Each call takes 1 µs.",
  notes = "Compare with Q1: the same N + 1, but there SYNs are dropped and come again after a second. Avoid: 'the same as "
       .. "TCP', or 'EINPROGRESS': a non-blocking connect() gets EAGAIN here, and must try again by itself.",
}

params {
  backlog = { default = 1, min = 0, max = 5, help = "the second argument of listen()" },
  clients = { default = 4, min = 1, max = 8, help = "they connect 10 ms apart" },
  mode = { default = "blocking", values = { "blocking", "non-blocking" }, help = "of the clients' sockets" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

process(srv, "printd", function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  check(bind(fd, "/tmp/print"))
  check(listen(fd, params.backlog))
  sleep("200ms")
  while true do
    local conn = check(accept(fd))
    print("a job:", recv(conn, 100))
    close(conn)
    sleep("20ms")
  end
end)

for i = 1, params.clients do
  process(srv, "client-" .. i, { start = i * 0.01 }, function()
    local nonblocking = params.mode == "non-blocking" and SOCK_NONBLOCK or 0
    local fd = check(socket(AF_UNIX, SOCK_STREAM | nonblocking))
    local ok, err = connect(fd, "/tmp/print")
    print("connect:", ok or err)
    if ok then send(fd, "page") end
  end)
end

-- facts 9-13, 9-14, 9-32
bookmark("all-have-called", "100ms")

local function calls(w, which)
  local list = {}
  for i = 1, params.clients do
    local call = w:calls { process = "client-" .. i, name = "connect", nth = 1 }
    if call and which(call) then list[#list + 1] = call end
  end
  return list
end
local function connected(call) return call.returned and not call.errno end
local function seen(call)
  if call.blocked or not call.returned then return "it waits" end
  return call.errno or "ok"
end

at(0, "printd listens on /tmp/print with backlog {params.backlog}, and lets everybody wait.")
at("all-have-called", "`ss -xl` shows Recv-Q {w:sockets { host = 'srv', proto = 'unix', state = 'LISTEN' }[1].recvq} and "
   .. "Send-Q {params.backlog}: so many wait to be accepted, of {params.clients} that have called. Nobody was refused.")
at("end", "printd has accepted {#w:calls { process = 'printd', name = 'close' }} of {params.clients} clients. Packets that were "
   .. "sent for it: {#w:packets {}}.")

predict {
  at = "all-have-called",
  ask = "Backlog {params.backlog}, nobody has accepted. How many of the {params.clients} clients are connected?",
  type = "number",
  answer = function(w) return #calls(w, connected) end,
}

predict {
  at = "all-have-called",
  ask = "The last client has called connect(), its socket {params.mode}. What does it see now?",
  type = "choice",
  options = { "ok", "it waits", "EAGAIN", "EINPROGRESS", "ECONNREFUSED" },
  answer = function(w)
    return seen(w:calls { process = "client-" .. params.clients, name = "connect", nth = 1 })
  end,
}

expect("backlog N holds N+1", "all-have-called", function(w)
  local row = w:sockets { host = srv, proto = "unix", state = "LISTEN" }[1]
  local fit = math.min(params.clients, params.backlog + 1)
  return row.recvq == fit and #calls(w, connected) == fit
end)

expect("the others wait, or get EAGAIN", "all-have-called", function(w)
  if params.clients <= params.backlog + 1 then return true end
  local last = seen(w:calls { process = "client-" .. params.clients, name = "connect", nth = 1 })
  return last == (params.mode == "blocking" and "it waits" or "EAGAIN"), last
end)

expect("who waits gets through when accept() has made room, and no packet was needed", function(w)
  local through = params.mode == "blocking" and params.clients or math.min(params.clients, params.backlog + 1)
  return #calls(w, connected) == through and #w:packets {} == 0
end)
