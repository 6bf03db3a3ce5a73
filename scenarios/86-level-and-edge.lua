scenario {
  version = 1,
  id = "I2",
  title = "Level and edge",
  summary = "Ten bytes arrive, the handler reads four of them. Does epoll_wait() tell again?",
  goal = "Say what a level-triggered and what an edge-triggered epoll reports, and how to read with each of them.",
  limits = "Follows Linux 6.18.",
  notes = "Say: level is a state, edge is a change of state. Avoid: 'epoll will remind me'; and EAGAIN ends the reading, "
    .. "not the message.",
  stop_at = "1s",
}

params {
  trigger = { default = "edge", values = { "level", "edge" }, help = "edge: registered with EPOLLET" },
  reads = { default = "4 bytes", values = { "4 bytes", "until EAGAIN" }, help = "what the handler does at each report" },
  more = { default = "never", values = { "never", "after 300 ms" }, help = "when the client sends another byte" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 8))
  local conn = check(accept4(fd, SOCK_NONBLOCK))
  local ep = check(epoll_create1())
  check(epoll_ctl(ep, EPOLL_CTL_ADD, conn, params.trigger == "edge" and EPOLLIN | EPOLLET or EPOLLIN))
  while true do
    for _, report in ipairs(check(epoll_wait(ep, 10, -1))) do
      repeat
        local part, err = recv(report.fd, 4)
        if part == "" then exit(0) end
      until err or params.reads == "4 bytes"
    end
  end
end)

process(cli, "curl", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 80))
  sleep("50ms")
  check(send(fd, "0123456789"))
  if params.more == "after 300 ms" then
    sleep("300ms")
    check(send(fd, "A"))
  end
  sleep("1h")
end)

bookmark("first", on { kind = "ReadyListChanged", reason = "BecameReady", host = srv })
bookmark("before-more", "300ms")
bookmark("later", "900ms")

local function reports(w)
  local n = 0
  for _, call in ipairs(w:calls { process = "web", name = "epoll_wait" }) do if call.result then n = n + 1 end end
  return n
end
local function unread(w) return w:sockets { host = srv, state = "ESTAB", nth = 1 }.recvq end

at("first", "Ten bytes have come. The connection calls its epoll: it is on the ready list now, and web is woken.")
at("before-more", "web has read {10 - unread(w)} of 10 bytes after {reports(w)} reports. Is web at work, or does it wait?")

predict {
  at = "before-more",
  ask = "Ten bytes came at once; the trigger is {params.trigger}, and the handler reads {params.reads} at each report. How often has "
     .. "epoll_wait() returned?",
  type = "number",
  options = { 1, 2, 3, 10 },
  answer = reports,
}

predict {
  at = "later",
  ask = "The client sends another byte: {params.more}. How many bytes lie unread at the end?",
  type = "number",
  options = { 0, 3, 6, 7 },
  answer = unread,
}

-- facts 10.2-04, 10.2-06, 10.2-07
expect("a level is reported until nothing is left; an edge once, whatever is left", "before-more", function(w)
  if params.reads == "until EAGAIN" then return reports(w) == 1 and unread(w) == 0 end
  if params.trigger == "level" then return reports(w) == 3 and unread(w) == 0 end
  return reports(w) == 1 and unread(w) == 6
end)

expect("new data is a new edge, and brings what was left to light", "later", function(w)
  if params.more == "never" then return reports(w) == (params.trigger == "level" and params.reads == "4 bytes" and 3 or 1) end
  if params.reads == "until EAGAIN" then return reports(w) == 2 and unread(w) == 0 end
  return params.trigger == "level" and reports(w) == 4 or reports(w) == 2 and unread(w) == 3
end)
