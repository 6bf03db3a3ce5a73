-- AF_NETLINK: what an ss-like program asks the kernel, and how it answers.
-- facts 8.8-01, 8.8-02, 8.8-03, 8.8-04, 8.8-05, 8.8-06, 8.8-07, 8.8-08, 8.8-09, 8.8-10, 8.8-11, 8.8-12, 8.8-13
-- facts 8.8-14, 8.8-15, 8.8-16, 8.8-17, 8.8-18, 8.8-19
scenario { title = "netlink", limits = "", stop_at = "5s" }

local srv = host { name = "srv", ip = "192.168.1.10" }
local cli = host { name = "cli", ip = "10.0.0.5" }
link { cli, srv, delay = "10ms" }

local started, stories = 0.001, {}
local function is(want, got, err) check((err or got) == want) end
local function story(where, name, fn, options)
  stories[#stories + 1] = name
  options = options or {}
  process(where, name, { start = started, user = options.user }, function()
    fn()
    getpid()
  end)
  started = started + (options.takes or 0.15)
end
local function breathe() sleep("4ms") end
local function diag(type) return check(socket(AF_NETLINK, type or SOCK_RAW, NETLINK_SOCK_DIAG)) end
local DUMP = NLM_F_REQUEST | NLM_F_DUMP
local function ask(fd, body, flags, type)
  return check(send(fd, nlmsghdr { type = type or SOCK_DIAG_BY_FAMILY, flags = flags or DUMP, seq = 42, data = body }))
end
local function part(fd) return netlink_messages(check(recv(fd, 65536, MSG_DONTWAIT))) end
-- All rows of a dump that fits into one part.
local function rows(fd, body)
  ask(fd, body)
  local found = part(fd)
  if found[1] and found[1].nlmsg_type == NLMSG_DONE then return {} end
  for _, row in ipairs(found) do
    is(SOCK_DIAG_BY_FAMILY, row.nlmsg_type)
    is(NLM_F_MULTI, row.flags)
    is(42, row.seq)
  end
  local done = part(fd)
  is(NLMSG_DONE, done[1].nlmsg_type)
  is(nil, done[1].error)
  return found
end
local function answer(fd) return part(fd)[1] end
local function silent(fd) is("EAGAIN", recv(fd, 100, MSG_DONTWAIT)) end
local function states(list)
  local text = {}
  for i, row in ipairs(list) do text[i] = row.state end
  table.sort(text)
  return table.concat(text, " ")
end

story(cli, "opens", function()
  for _, type in ipairs { SOCK_STREAM, SOCK_SEQPACKET } do
    is("ESOCKTNOSUPPORT", socket(AF_NETLINK, type, NETLINK_SOCK_DIAG))
  end
  is("EPROTONOSUPPORT", socket(AF_NETLINK, SOCK_RAW, 32))
  is("EPROTONOSUPPORT", socket(AF_NETLINK, SOCK_RAW, -1))
  local raw, datagram = diag(SOCK_RAW), diag(SOCK_DGRAM)
  is(3, getsockopt(raw, SOL_SOCKET, SO_TYPE))
  is(2, getsockopt(datagram, SOL_SOCKET, SO_TYPE))
  is(212992, getsockopt(raw, SOL_SOCKET, SO_RCVBUF))
  is("ENOPROTOOPT", getsockopt(raw, IPPROTO_IP, IP_TTL))
  is(0, getpeername(raw).pid)
end, { user = 1000 })

story(cli, "port-ids", function()
  local fd, other, third = diag(), diag(), diag()
  is(0, getsockname(fd).pid)
  is(true, bind(fd, { pid = 0 }))
  check(getsockname(fd).pid > 0)
  is("EINVAL", bind(fd, { pid = 0 }))  -- it has another one now
  is("EINVAL", bind(fd, { pid = 1234 }))
  is(true, bind(other, { pid = 1234 }))
  is(true, bind(other, { pid = 1234 }))
  is("EADDRINUSE", bind(third, { pid = 1234 }))
  is(1234, getsockname(third).pid)  -- it is not, but it says so
  breathe()
  is("EINVAL", bind(third, "127.0.0.1", 80))
  is("EINVAL", connect(third, "127.0.0.1", 80))
  is(true, connect(third, { pid = 0 }))
  is(true, connect(third, AF_UNSPEC))
  is("EOPNOTSUPP", listen(fd, 5))
  is("EOPNOTSUPP", accept(fd))
  is("EOPNOTSUPP", shutdown(fd, SHUT_WR))
  is("EOPNOTSUPP", socketpair(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG))
  for _, request in ipairs { FIONREAD, SIOCOUTQ, SIOCATMARK } do is("ENOTTY", ioctl(fd, request)) end
end)

story(srv, "server", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 5))
  local c = check(accept(fd))
  sleep("10s")
end, { takes = 0.02 })
story(cli, "clients", function()
  local one, two, three = check(socket(AF_INET, SOCK_STREAM)), check(socket(AF_INET, SOCK_STREAM)),
                          check(socket(AF_INET, SOCK_STREAM))
  check(bind(one, "0.0.0.0", 4001))
  check(bind(two, "0.0.0.0", 4002))
  check(bind(three, "0.0.0.0", 4003))  -- and nothing else
  check(connect(one, "srv", 80))
  check(connect(two, "srv", 80))
  check(send(two, "unread"))
  getpid()
  sleep("10s")
end, { takes = 0.2 })

story(srv, "rows", function()
  local fd = diag()
  local all = rows(fd, inet_diag_req_v2 {})
  is("ESTAB ESTAB LISTEN", states(all))
  for _, row in ipairs(all) do
    is(0, row.uid)
    if row.state == "LISTEN" then
      is(80, row.src.port)
      is(0, row.dst.port)
      is(1, row.rqueue)  -- who waits
      is(5, row.wqueue)  -- the backlog
      check(row.inode > 0)
    elseif row.dst.port == 4001 then
      is("192.168.1.10", row.src.ip)
      is("10.0.0.5", row.dst.ip)
      check(row.inode > 0)
    else
      is(6, row.rqueue)
      is(0, row.inode)  -- nobody has accepted it
    end
  end
  breathe()
  is("LISTEN", states(rows(fd, inet_diag_req_v2 { states = { "LISTEN" } })))
  is("ESTAB ESTAB", states(rows(fd, inet_diag_req_v2 { states = { "ESTAB" } })))
  is("ESTAB", states(rows(fd, inet_diag_req_v2 { dport = 4002 })))
  is("", states(rows(fd, inet_diag_req_v2 { states = {} })))
  breathe()
  is("", states(rows(fd, inet_diag_req_v2 { family = AF_INET6 })))
  is("", states(rows(fd, inet_diag_req_v2 { protocol = IPPROTO_UDP })))
end)
story(cli, "pseudo-states", function()
  local fd = diag()
  is("ESTAB ESTAB", states(rows(fd, inet_diag_req_v2 { states = { "ESTAB" } })))
  local list = rows(fd, inet_diag_req_v2 {})
  is("ESTAB ESTAB UNCONN", states(list))  -- the last has a port alone, and only the thirteenth bit asks for it
end)

story(srv, "by-name", function()
  local fd = diag()
  local body = inet_diag_req_v2 { src = "192.168.1.10", sport = 80, dst = "10.0.0.5", dport = 4001 }
  ask(fd, body, NLM_F_REQUEST)
  local row = answer(fd)
  is("ESTAB", row.state)
  is(0, row.flags)
  silent(fd)  -- one row, and no end
  ask(fd, body, NLM_F_REQUEST | NLM_F_ACK)
  is("ESTAB", answer(fd).state)
  row = answer(fd)
  is(NLMSG_ERROR, row.nlmsg_type)
  is(nil, row.error)
  is(NLM_F_CAPPED, row.flags)
  breathe()
  ask(fd, inet_diag_req_v2 { sport = 80, dst = "9.9.9.9", dport = 5, src = "192.168.1.10" }, NLM_F_REQUEST)
  is("LISTEN", answer(fd).state)  -- as a segment would find it
  ask(fd, inet_diag_req_v2 { sport = 81, src = "192.168.1.10" }, NLM_F_REQUEST)
  is("ENOENT", answer(fd).error)
end)

story(cli, "datagrams", function()
  local a, b, c = check(socket(AF_INET, SOCK_DGRAM)), check(socket(AF_INET, SOCK_DGRAM)), check(socket(AF_INET, SOCK_DGRAM))
  check(bind(a, "127.0.0.1", 5000))
  check(bind(b, "127.0.0.1", 5001))
  check(connect(b, "127.0.0.1", 5000))
  check(send(b, "three"))
  check(send(b, "little"))
  check(send(b, "datagrams"))
  breathe()
  local fd = diag()
  local list = rows(fd, inet_diag_req_v2 { protocol = IPPROTO_UDP })
  is("ESTAB UNCONN", states(list))
  for _, row in ipairs(list) do is(row.src.port == 5000 and 2496 or 0, row.rqueue) end
  -- One by its name: what is asked as its source is the socket's peer.
  ask(fd, inet_diag_req_v2 { protocol = IPPROTO_UDP, src = "127.0.0.1", sport = 5000, dst = "127.0.0.1", dport = 5001 },
      NLM_F_REQUEST)
  is(5001, answer(fd).src.port)
  ask(fd, inet_diag_req_v2 { protocol = IPPROTO_UDP, sport = 5000, src = "127.0.0.1" }, NLM_F_REQUEST)
  is("ENOENT", answer(fd).error)
end)

story(cli, "timers", function()
  local s = check(socket(AF_INET, SOCK_STREAM))
  check(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, 1))
  check(connect(s, "srv", 80))
  breathe()
  local fd = diag()
  local row = rows(fd, inet_diag_req_v2 { sport = getsockname(s).port, states = { "ESTAB" } })[1]
  is("keepalive", row.timer)
  check(row.expires > 7000 and row.expires <= 7200)
  check(send(s, "on its way"))
  row = rows(fd, inet_diag_req_v2 { sport = getsockname(s).port, states = { "ESTAB" } })[1]
  is("on", row.timer)
  is(0, row.retrans)
  is(10, row.wqueue)
end)

story(srv, "errors", function()
  local fd = diag()
  is("ENODATA", send(fd, ""))
  is("EMSGSIZE", send(fd, string.rep("x", 300000)))
  is(10, send(fd, "ten bytes."))  -- no message, no answer
  is("EINVAL", sendto(fd, "x", "127.0.0.1", 80))
  is("EOPNOTSUPP", send(fd, "x", MSG_OOB))
  silent(fd)
  ask(fd, "", DUMP)
  is("EINVAL", answer(fd).error)
  breathe()
  ask(fd, inet_diag_req_v2 {}:sub(1, 55))
  is("EINVAL", answer(fd).error)
  ask(fd, inet_diag_req_v2 { family = 77 })
  is("EINVAL", answer(fd).error)
  ask(fd, inet_diag_req_v2 { family = 0 })
  is("ENOENT", answer(fd).error)
  ask(fd, inet_diag_req_v2 {}, DUMP, 99)
  is("EINVAL", answer(fd).error)
  breathe()
  ask(fd, inet_diag_req_v2 { protocol = 99 }, NLM_F_REQUEST)
  is("ENOENT", answer(fd).error)
  ask(fd, inet_diag_req_v2 { protocol = 99 })  -- of a dump its end tells
  local last = answer(fd)
  is(NLMSG_DONE, last.nlmsg_type)
  is("ENOENT", last.error)
  ask(fd, inet_diag_req_v2 {}, NLM_F_DUMP)  -- no request
  ask(fd, "", NLM_F_REQUEST, 3)  -- netlink's own types
  silent(fd)
  ask(fd, "", NLM_F_REQUEST | NLM_F_ACK, 3)
  last = answer(fd)
  is(NLMSG_ERROR, last.nlmsg_type)
  is(nil, last.error)
end, { takes = 0.2 })

story(srv, "busy", function()
  local fd = diag()
  ask(fd, inet_diag_req_v2 { states = { "LISTEN" } })
  ask(fd, inet_diag_req_v2 { states = { "LISTEN" } })
  is("LISTEN", answer(fd).state)
  is("EBUSY", answer(fd).error)
  is(NLMSG_DONE, answer(fd).nlmsg_type)
  silent(fd)
end)

story(srv, "reading", function()
  local fd = diag()
  local set = select(2, poll({ { fd = fd, events = POLLIN | POLLOUT } }, "0ms"))
  is(POLLOUT, set[1].revents)
  ask(fd, inet_diag_req_v2 { states = { "LISTEN" } })
  set = select(2, poll({ { fd = fd, events = POLLIN | POLLOUT } }, "0ms"))
  is(POLLIN | POLLOUT, set[1].revents)
  local _, whole = recv(fd, 10, MSG_PEEK | MSG_TRUNC)
  is(124, whole)
  local data, from, flags = recvfrom(fd, 50)
  is(50, #data)
  is(0, from.pid)
  is(MSG_TRUNC, flags)
  breathe()
  is("EOPNOTSUPP", recv(fd, 10, MSG_OOB))
  is(NLMSG_DONE, netlink_messages(read(fd, 100))[1].nlmsg_type)
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, "30ms"))
  is("EAGAIN", recv(fd, 100))
end)
story(srv, "unprivileged", function()
  local fd = diag()
  ask(fd, inet_diag_req_v2 { states = { "LISTEN" } })
  local _, whole = recv(fd, 10, MSG_PEEK | MSG_TRUNC)
  is(116, whole)  -- without the mark
end, { user = 1000 })

story(srv, "overrun", function()
  local fd = diag()
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 1000))  -- 2304: room for two short answers
  for _ = 1, 3 do ask(fd, "", DUMP) end
  is("ENOBUFS", recv(fd, 100))
  ask(fd, "", DUMP)  -- lost like the third: until the queue is empty
  is("EINVAL", answer(fd).error)
  ask(fd, "", DUMP)
  is("EINVAL", answer(fd).error)
  silent(fd)
  ask(fd, "", DUMP)
  is("EINVAL", answer(fd).error)
end)
story(srv, "destroys", function()
  local fd = diag()
  ask(fd, "", NLM_F_REQUEST, SOCK_DESTROY)
  is("EINVAL", answer(fd).error)
  ask(fd, inet_diag_req_v2 { family = 77 }, NLM_F_REQUEST, SOCK_DESTROY)
  is("EINVAL", answer(fd).error)
end)
story(srv, "small-buffer", function()
  local fd = diag()
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, 1000))
  ask(fd, inet_diag_req_v2 { states = { "LISTEN" } })  -- a part may be larger than the buffer
  is("LISTEN", answer(fd).state)
  is(NLMSG_DONE, answer(fd).nlmsg_type)
  is("EAGAIN", recv(fd, 65536, MSG_DONTWAIT))
end)

story(cli, "local", function()
  local fd = diag()
  local l = check(socket(AF_UNIX, SOCK_STREAM))
  check(bind(l, "@name"))
  check(listen(l, 5))
  local c = check(socket(AF_UNIX, SOCK_STREAM))
  check(connect(c, "@name"))
  local a, b = socketpair(AF_UNIX, SOCK_DGRAM)
  check(send(a, "five!"))
  breathe()
  local show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_ICONS
  local list = rows(fd, unix_diag_req { show = show })
  is("ESTAB ESTAB ESTAB LISTEN", states(list))
  local listener
  for _, row in ipairs(list) do
    if row.state == "LISTEN" then
      listener = row.inode
      is("@name", row.name)
      is(1, row.rqueue)
      is(5, row.wqueue)
      is(1, #row.icons)
    elseif row.type == SOCK_STREAM then
      is(0, row.peer)  -- its other end waits to be accepted
    elseif row.rqueue > 0 then
      is(5, row.rqueue)
      check(row.peer > 0)
    else
      is(768, row.wqueue)
    end
  end
  breathe()
  is("LISTEN", states(rows(fd, unix_diag_req { states = { "LISTEN" } })))
  ask(fd, unix_diag_req { inode = listener, show = show }, NLM_F_REQUEST)
  is(listener, answer(fd).inode)
  ask(fd, unix_diag_req { inode = 1 }, NLM_F_REQUEST)
  is("ENOENT", answer(fd).error)
  ask(fd, unix_diag_req {}, NLM_F_REQUEST)
  is("EINVAL", answer(fd).error)
end)

for _, name in ipairs(stories) do
  if name ~= "server" then
    expect(name .. " comes to its end", function(w) return #w:calls { process = name, name = "getpid" } == 1 end)
  end
end
