-- Signals: what they do to calls that wait, to children, and to descriptors.
-- fact 5.1-22
scenario { title = "signals", limits = "", stop_at = "20s" }
compare { stop_at = "5s" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
filter(srv, "drop", { port = 80 })

-- An alarm interrupts a blocking connect; the attempt goes on.
process(cli, "connects", function()
  check(sigaction(SIGALRM, function() print("alarm") end))
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(alarm("200ms"))
  print(connect(fd, "srv", 80))
  check(alarm("200ms"))
  print(connect(fd, "srv", 80))
  check(fcntl(fd, F_SETFL, O_NONBLOCK))
  print(connect(fd, "srv", 80))
  sleep("30s")
end)

-- With SA_RESTART, which signal() sets, the call is made again, and nobody sees EINTR.
process(srv, "restarts", { start = "1s" }, function()
  local rings = 0
  signal(SIGALRM, function()
    rings = rings + 1
    print("ring " .. rings)
    if rings < 3 then alarm("100ms") end
    if rings == 3 then kill(getpid(), SIGTERM) end
  end)
  signal(SIGTERM, function() print("no end") exit(7) end)
  local r, w = pipe()
  alarm("100ms")
  print(read(r, 10))
end)

-- What a parent may do to its child, and what it learns of its end.
process(srv, "parent", { start = "1500ms" }, function()
  local child = fork(function()
    signal(SIGINT, SIG_IGN)
    sleep("50ms")
    local r, w = pipe()
    read(r, 1)
  end)
  sleep("100ms")
  print(kill(child, 0), kill(child, SIGINT))
  sleep("50ms")
  check(kill(child, SIGUSR1))
  sleep("50ms")
  print(wait(child) == child, kill(child, 0))
  signal(SIGCHLD, function() print("a child ended") end)
  fork(function() sleep("50ms") end)
  print(sleep("200ms"))
end)

-- A blocked signal waits, and can be read from a descriptor.
process(srv, "reads", { start = "2s" }, function()
  check(sigprocmask(SIG_BLOCK, { SIGUSR1, SIGALRM }))
  local fd = check(signalfd({ SIGUSR1, SIGALRM }))
  check(kill(getpid(), SIGUSR1))
  print(string.byte(check(read(fd, 128))))
end)

-- SIGPIPE can be ignored; then there is only EPIPE.
process(srv, "ignores", { start = "2200ms" }, function()
  signal(SIGPIPE, SIG_IGN)
  local r, w = pipe()
  close(r)
  print(write(w, "x"))
  signal(SIGPIPE, function() print("SIGPIPE") end)
  print(write(w, "x"))
end)

expect("connect gives EINTR, goes on, and is still under way", function(w)
  local calls = w:calls { process = "connects", name = "connect" }
  return calls[1].errno == "EINTR" and calls[2].errno == "EINTR" and calls[3].errno == "EALREADY"
    and #w:packets { from = cli, flags = "SYN" } >= 5
end)
local function writes(w, process) return #w:calls { process = process, name = "write" } end
expect("a call that is made again gives its program nothing in between", function(w)
  return writes(w, "restarts") == 4 and #w:calls { process = "restarts", name = "read" } == 3
end)
expect("the parent hears of the end", function(w) return writes(w, "parent") == 4 end)
expect("an ignored SIGPIPE ends nobody, and a handler of it comes before the error", function(w)
  return writes(w, "ignores") == 5
end)
