scenario {
  version = 1,
  id = "X1",
  title = "A name that outlives its owner",
  summary = "A local server has died. Its path is still there, and nobody is behind it.",
  goal = "Tell a Unix socket's file from the socket, and restart a server that has left one behind.",
  limits = "Follows Linux 6.18. Each host has a small file tree of its own: /tmp and /dev.",
  notes = "Say: the path is a file of type s; the socket is something else, and dies with its last descriptor. Servers unlink "
       .. "their path before bind(). Avoid: 'address in use means that somebody listens', or 'SO_REUSEADDR helps'.",
}

params {
  name = { default = "/tmp/log", values = { "/tmp/log", "@log" },
           help = "a path, or an abstract name, which is in no file tree" },
  reuse = { default = "no", values = { "no", "yes" }, help = "SO_REUSEADDR before the second bind()" },
  unlink = { default = "no", values = { "no", "yes" }, help = "unlink() before the second bind()" },
}

local srv = host { name = "srv", ip = "192.168.1.10" }

process(srv, "logd", function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  check(bind(fd, params.name))
  check(listen(fd, 5))
  sleep("50ms")
  exit(1)  -- it falls over
end)

process(srv, "early", { start = "20ms" }, function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  print("connect:", connect(fd, "/tmp/lgo"))  -- a slip of the pen
  print("connect:", connect(fd, params.name))
end)

process(srv, "late", { start = "80ms" }, function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  print("connect:", connect(fd, params.name))
end)

process(srv, "logd-again", { start = "120ms" }, function()
  local fd = check(socket(AF_UNIX, SOCK_STREAM))
  if params.reuse == "yes" then check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)) end
  if params.unlink == "yes" then print("unlink:", unlink(params.name)) end
  print("bind:", bind(fd, params.name))
end)

-- facts 9-03, 9-04, 9-15
bookmark("crash", on { kind = "TaskEnded", process = "logd" })
bookmark("after-crash", "70ms")
bookmark("restart", "119ms")

local function answer(w, process, name, nth)
  local call = w:calls { process = process, name = name, nth = nth or 1 }
  return call and (call.errno or "ok") or "not called"
end

at(0, "logd binds its socket to {params.name} and listens. No port, no packet: programs on this machine find it by that name.")
at("crash", "logd is dead. `ss -xl` would show {#w:sockets { host = 'srv', proto = 'unix', state = 'LISTEN' }} rows now. What "
   .. "`ls -l` shows is another question.")
at("end", "connect() without anybody behind the name gave "
   .. "{w:calls { process = 'late', name = 'connect', nth = 1 }.errno}. The second bind() gave "
   .. "{w:calls { process = 'logd-again', name = 'bind', nth = 1 }.errno or 'no error'}.")

predict {
  at = "after-crash",
  ask = "early asked for a path that nobody has ever made, /tmp/lgo. What did connect() say?",
  type = "choice",
  options = { "ok", "ECONNREFUSED", "ENOENT", "ETIMEDOUT" },
  answer = function(w) return answer(w, "early", "connect", 1) end,
}

predict {
  at = "end",
  ask = "logd, the only one that listened, was dead when late connected to {params.name}. What did connect() say?",
  type = "choice",
  options = { "ok", "ECONNREFUSED", "ENOENT", "ETIMEDOUT" },
  answer = function(w) return answer(w, "late", "connect") end,
}

predict {
  at = "end",
  ask = "logd was started again (SO_REUSEADDR: {params.reuse}, unlink() first: {params.unlink}). What did bind() to "
     .. "{params.name} say?",
  type = "choice",
  options = { "ok", "EADDRINUSE", "EINVAL", "EACCES" },
  answer = function(w) return answer(w, "logd-again", "bind") end,
}

expect("while logd lives, connect() finds it; nobody finds what has never been", function(w)
  return answer(w, "early", "connect", 1) == "ENOENT" and answer(w, "early", "connect", 2) == "ok"
end)

expect("after the crash nobody listens", "after-crash", function(w)
  return #w:sockets { host = srv, proto = "unix" } == 0
end)

expect("connect() is refused, whether the name is left or not", function(w)
  return answer(w, "late", "connect") == "ECONNREFUSED"
end)

expect("a file that was left stands in the way, whatever the options say; an abstract name is free at once", function(w)
  local free = params.name == "@log" or params.unlink == "yes"
  return answer(w, "logd-again", "bind") == (free and "ok" or "EADDRINUSE")
end)
