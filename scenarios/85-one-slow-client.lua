scenario {
  version = 1,
  id = "I1",
  title = "One slow client",
  summary = "Three clients come. The first one connects and says nothing; a server that serves one after the other waits with it.",
  goal = "Say who is connected, who is served, and which ways of serving keep one client from holding up the others.",
  limits = "Follows Linux 6.18.",
  notes = "Say: connected is not served; recv() waits for one client alone. Avoid: 'the second client cannot connect'.",
  stop_at = "2s",
}

params {
  server = { default = "one by one", values = { "one by one", "a thread for each", "poll", "one by one, 300 ms each" },
             help = "how it waits for its clients" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

-- Waits for a request and answers it.
local function serve(conn)
  local request = recv(conn, 100)
  if request and request ~= "" then check(send(conn, "200 OK")) end
  close(conn)
end

local function one_by_one(listener)
  while true do
    local conn = check(accept(listener))
    if params.server == "one by one, 300 ms each" then check(setsockopt(conn, SOL_SOCKET, SO_RCVTIMEO, "300ms")) end
    serve(conn)
  end
end

local function thread_for_each(listener)
  while true do
    local conn = check(accept(listener))
    check(thread(function() serve(conn) end))
  end
end

local function with_poll(listener)
  local set = { { fd = listener, events = POLLIN } }
  while true do
    local _, looked_at = check(poll(set, -1))
    set = {}
    for _, one in ipairs(looked_at) do
      if one.revents == 0 or one.fd == listener then table.insert(set, one) end
      if one.revents ~= 0 and one.fd == listener then
        table.insert(set, { fd = check(accept(listener)), events = POLLIN })
      elseif one.revents ~= 0 then
        serve(one.fd)  -- its request is there: this does not wait
      end
    end
  end
end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  if params.server == "poll" then with_poll(fd) end
  if params.server == "a thread for each" then thread_for_each(fd) end
  one_by_one(fd)
end)

process(cli, "silent", { start = "10ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 80))
  sleep("1h")
end)

for i = 1, 2 do
  process(cli, "curl-" .. i, { start = i * 0.1 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    check(send(fd, "GET /"))
    print(check(recv(fd, 100)))
    sleep("1h")
  end)
end

bookmark("look", "1s")

at("60ms", "A client has connected and says nothing. web ({params.server}) has accepted it.")
at("look", "A second has passed. Look at what web waits in, and at Recv-Q of the LISTEN row: {w:listener(srv, 80).accept_queue}.")

local function connected(w)
  local n = 0
  for _, call in ipairs(w:calls { host = cli, name = "connect" }) do if call.result == 0 then n = n + 1 end end
  return n
end
local function served(w)
  local n = 0
  for _, call in ipairs(w:calls { host = cli, name = "recv" }) do if call.result and call.result > 0 then n = n + 1 end end
  return n
end

predict {
  at = "look",
  ask = "Three clients have called connect(). How many of these calls have succeeded by now?",
  type = "number",
  options = { 1, 2, 3 },
  answer = connected,
}

predict {
  at = "look",
  ask = "The server works like this: {params.server}. How many clients have an answer after one second?",
  type = "number",
  options = { 0, 1, 2, 3 },
  answer = served,
}

expect("all three are connected, whoever is served", "look", function(w) return connected(w) == 3 end)

expect("only where the server does not wait for one alone, or not for long, are the others served", "look", function(w)
  if params.server == "one by one" then return served(w) == 0 and w:listener(srv, 80).accept_queue == 2 end
  return served(w) == 2 and w:listener(srv, 80).accept_queue == 0
end)
