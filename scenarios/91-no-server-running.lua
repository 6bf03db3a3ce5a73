scenario {
  version = 1,
  id = "D1",
  title = "Address in use, and no server running",
  summary = "A server has died. Its port is taken all the same, and no connection is in TIME-WAIT.",
  goal = "Find who holds a port whose owner is gone, and prevent it.",
  limits = "Follows Linux 6.18. One host; fork() and exec() copy no memory here.",
  notes = "Say: ask ss -ltnp who holds it. Avoid: 'EADDRINUSE is always TIME-WAIT', or 'wait a minute'.",
}

params {
  listener = { default = "SOCK_STREAM", values = { "SOCK_STREAM", "SOCK_STREAM | SOCK_CLOEXEC" },
               help = "the second argument of socket()" },
  reuse = { default = "no", values = { "no", "yes" }, help = "SO_REUSEADDR on the old and on the new server" },
  helper_ends = { default = "no", values = { "no", "yes" }, help = "yes: the helper ends before the restart" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

local function serve()
  local cloexec = params.listener == "SOCK_STREAM" and 0 or SOCK_CLOEXEC
  local fd = check(socket(AF_INET, SOCK_STREAM | cloexec))
  if params.reuse == "yes" then check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)) end
  print("bind:", check(bind(fd, "0.0.0.0", 80)))
  check(listen(fd, 5))
end

-- Starts a helper, as servers do, and falls over.
process(srv, "web", function()
  serve()
  fork(function()
    exec(function() sleep(params.helper_ends == "yes" and "30ms" or "60s") end)
  end)
  sleep("50ms")
  exit(1)
end)

process(srv, "web-again", { start = "100ms" }, serve)

-- facts 1-13, 1-18
bookmark("crash", on { kind = "TaskEnded", process = "web" })
bookmark("restart", "101ms")

at(0, "web listens on port 80 and starts a helper: fork(), then exec(). It will not live long.")
at("crash", "web is dead, and with it its table of descriptors. The port table of srv has "
   .. "{#w:ports('srv')} entries all the same. There is no connection, so nothing can be in TIME-WAIT.")

local function answer_of_bind(w)
  local call = w:calls { process = "web-again", name = "bind", nth = 1 }
  return call.errno or "ok"
end

predict {
  at = "end",
  ask = "web was started again. socket() had been called with {params.listener}, SO_REUSEADDR: {params.reuse}. What did the "
     .. "second bind() say?",
  type = "choice",
  options = { "ok", "EADDRINUSE", "EACCES", "EADDRNOTAVAIL" },
  answer = answer_of_bind,
}

predict {
  at = "crash",
  ask = "web has just ended. How many sockets listen on port 80?",
  type = "number",
  options = { 0, 1, 2 },
  answer = function(w) return #w:sockets { host = srv, state = "LISTEN", lport = 80 } end,
}

expect("the port lives as long as any process holds the listener", function(w)
  local inherited = params.listener == "SOCK_STREAM" and params.helper_ends == "no"
  return answer_of_bind(w) == (inherited and "EADDRINUSE" or "ok")
end)

expect("SO_REUSEADDR does not help against a socket that listens, and nothing is in TIME-WAIT", "restart", function(w)
  return #w:sockets { host = srv, state = "TIME-WAIT" } == 0
end)
