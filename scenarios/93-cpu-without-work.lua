scenario {
  version = 1,
  id = "D3",
  title = "100 % CPU, and no work done",
  summary = "A server with a poll loop is at 100 % CPU and serves nobody: strace shows accept() failing without end.",
  goal = "Say why «just try again» never ends, and what helps.",
  limits = "Follows Linux 6.18. Every call takes a whole millisecond here, so that the rounds can be counted; on a real "
    .. "machine it is about a thousandth of that.",
  notes = "Say: EMFILE leaves the connection in the queue, so the listener stays readable. Avoid: 'just retry accept'.",
  stop_at = "2s",
  syscall_time = "1ms",
}

params {
  limit = { default = 8, min = 6, max = 100, help = "RLIMIT_NOFILE of the server" },
  after_emfile = { default = "try again", values = { "try again", "wait 200 ms", "use a spare descriptor" } },
  clients = { default = 6, min = 1, max = 40 },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }

process(srv, "web", { nofile = params.limit }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  check(listen(fd, 64))
  local spare = params.after_emfile == "use a spare descriptor" and check(open("/dev/null", O_RDONLY))
  local conns = {}
  while true do
    local set = { { fd = fd, events = POLLIN } }
    for _, conn in ipairs(conns) do table.insert(set, { fd = conn, events = POLLIN }) end
    local _, looked_at = check(poll(set, -1))
    conns = {}
    for i = 2, #looked_at do
      local one = looked_at[i]
      if one.revents == 0 then
        table.insert(conns, one.fd)
      elseif check(recv(one.fd, 100)) == "" then
        check(close(one.fd))
      else
        table.insert(conns, one.fd)
      end
    end
    if looked_at[1].revents ~= 0 then
      local conn, err = accept(fd)
      if conn then
        table.insert(conns, conn)
      elseif params.after_emfile == "wait 200 ms" then
        sleep("200ms")
      elseif spare then
        check(close(spare))          -- room for one
        check(close(check(accept(fd))))  -- who came is told that there is no room
        spare = check(open("/dev/null", O_RDONLY))
      end
    end
  end
end)

for i = 1, params.clients do
  process(cli, "curl-" .. i, { start = i * 0.05 + 0.0005 }, function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(connect(fd, "srv", 80))
    sleep("600ms")
    close(fd)
  end)
end

bookmark("busy", "600ms")
bookmark("later", "1900ms")

local function failures(w)
  local n = 0
  for _, call in ipairs(w:calls { process = "web", name = "accept" }) do if call.errno == "EMFILE" then n = n + 1 end end
  return n
end
local function room() return params.limit - 4 - (params.after_emfile == "use a spare descriptor" and 1 or 0) end
local function overfull() return params.clients > room() end

at("busy", "web has made {w:costs('web').calls} calls and given up the processor {w:costs('web').switches} times. accept() has failed "
   .. "{failures(w)} times. ss -ltn shows Recv-Q {w:listener(srv, 80).accept_queue} for the listener.")
at("later", "The clients have gone. {failures(w)} times accept() gave EMFILE.")

predict {
  at = "busy",
  ask = "web may have {params.limit} descriptors, and {params.clients} clients have come; after EMFILE: {params.after_emfile}. Does poll() "
     .. "still say that the listener is readable?",
  type = "yesno",
  answer = function(w) return w:listener(srv, 80).accept_queue > 0 end,
}

predict {
  at = "later",
  ask = "After EMFILE the server does this: {params.after_emfile}. How often has accept() failed?",
  type = "choice",
  options = { "never", "a few times", "more than a hundred times" },
  answer = function(w)
    local n = failures(w)
    return n == 0 and "never" or n < 20 and "a few times" or "more than a hundred times"
  end,
}

-- facts 1-27, 10.1-02
expect("the connection stays in the queue, and the loop turns until a descriptor falls free", "later", function(w)
  if not overfull() then return failures(w) == 0 end
  if params.after_emfile == "try again" then return failures(w) > 100, failures(w) .. " failures" end
  return failures(w) > 0 and failures(w) < 20, failures(w) .. " failures"
end)

expect("only who tries again at once keeps the processor", "busy", function(w)
  local costs = w:costs("web")
  if not overfull() or params.after_emfile ~= "try again" then return costs.calls < 200 end
  return costs.calls > 200 and costs.switches < 20, costs.calls .. " calls, " .. costs.switches .. " switches"
end)
