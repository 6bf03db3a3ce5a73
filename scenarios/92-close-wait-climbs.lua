scenario {
  version = 1,
  id = "D2",
  title = "CLOSE-WAIT climbs",
  summary = "A server leaves more and more connections in CLOSE-WAIT, until accept() fails with EMFILE.",
  goal = "Say whose turn it is in CLOSE-WAIT, and when the server will fall, from the slope.",
  limits = "Follows Linux 6.18. The limit of descriptors is small, so that the end comes soon.",
  notes = "Say: the peer has closed, and our program has not. Avoid: 'a sysctl clears it'; none does.",
  stop_at = "2s",
}

params {
  at_the_end = { default = "nothing", values = { "nothing", "close()" },
                 help = "what the server does when recv() gives nothing more" },
  limit = { default = 10, min = 6, max = 100, help = "RLIMIT_NOFILE of the server" },
  fin_timeout = { default = 60, min = 1, max = 60, help = "net.ipv4.tcp_fin_timeout on the server" },
  clients = { default = 9, min = 1, max = 50 },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10", sysctl = { ["net.ipv4.tcp_fin_timeout"] = params.fin_timeout } }
link { cli, srv, delay = "5ms" }

process(srv, "web", { nofile = params.limit }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  while true do
    local conn, err = accept(fd)
    if not conn then
      print("accept:", err)
      sleep("500ms")  -- without this it would turn in circles
    else
      check(recv(conn, 100))
      check(send(conn, "200 OK"))
      check(recv(conn, 100))  -- "": the client has closed
      if params.at_the_end == "close()" then check(close(conn)) end
    end
  end
end)

for i = 1, params.clients do
  process(cli, "curl-" .. i, { start = i * 0.1 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    check(send(fd, "GET /"))
    check(recv(fd, 100))
    check(close(fd))
  end)
end

-- facts 1-27, 6.1-10
bookmark("first", on { kind = "StateChanged", host = srv, state = "CLOSE-WAIT" })
bookmark("three", "390ms")
bookmark("later", 0.09 + params.clients * 0.1)

local function waiting(w) return #w:sockets { host = srv, state = "CLOSE-WAIT" } end
local function failed(w)
  local n = 0
  for _, call in ipairs(w:calls { process = "web", name = "accept" }) do
    if call.result or call.errno then n = n + 1 end
    if call.errno == "EMFILE" then return n end
  end
  return 0
end

at("first", "A client has closed. recv() gives web nothing: the end. Now it is web's turn, and the kernel waits for it as long as "
   .. "it takes.")
at("three", "Three clients have come and gone. srv has {#w:sockets{host = 'srv', state = 'CLOSE-WAIT'}} connections in "
   .. "CLOSE-WAIT; web may have {params.limit} descriptors.")

predict {
  at = "three",
  ask = "What does the server do at the end of each connection? {params.at_the_end}. How many CLOSE-WAIT rows does ss show now?",
  type = "number",
  options = { 0, 1, 3, 6 },
  answer = waiting,
}

predict {
  at = "later",
  ask = "web may have {params.limit} descriptors. The how-many-th accept() is the first to fail? (0: none)",
  type = "number",
  options = { 0, function() return params.limit end, function() return params.limit - 3 end,
              function() return params.limit - 4 end },
  answer = failed,
}

expect("each connection that nobody closes takes a descriptor, until there is none", "later", function(w)
  if params.at_the_end == "close()" then return failed(w) == 0 and waiting(w) <= 1 end
  local room = params.limit - 4  -- 0, 1, 2 and the listener
  if params.clients <= room then return waiting(w) == params.clients end
  return failed(w) == room + 1 and waiting(w) >= room
end)

expect("tcp_fin_timeout changes nothing about it", function(w)
  return params.at_the_end == "close()" or waiting(w) > 0
end)
