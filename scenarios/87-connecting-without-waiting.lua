scenario {
  version = 1,
  id = "I3",
  title = "Connecting without waiting",
  summary = "A non-blocking connect() gives EINPROGRESS. poll() says when it is decided, SO_ERROR says how.",
  goal = "Say what «writable» means after a non-blocking connect(), and where the outcome is.",
  limits = "Follows Linux 6.18. The SYN of the silent server is repeated after a second, as always.",
  notes = "Say: writable means decided. Avoid: 'writable = connected'; a refused connection is writable, too.",
  stop_at = "1s",
}

params {
  server = { default = "nobody listens", values = { "listens", "nobody listens", "drops the SYN" } },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }
if params.server == "drops the SYN" then filter(srv, "drop", { proto = "tcp", port = 80 }) end

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 80))
  if params.server == "listens" then check(listen(fd, 8)) end
  sleep("1h")
end)

process(cli, "curl", { start = "10ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK))
  local _, err = connect(fd, "srv", 80)
  print("connect:", err)
  local count, set = check(poll({ { fd = fd, events = POLLOUT } }, "500ms"))
  if count == 0 then
    print("not decided yet")
  else
    print("writable; SO_ERROR:", check(getsockopt(fd, SOL_SOCKET, SO_ERROR)))
    print("and again:", check(getsockopt(fd, SOL_SOCKET, SO_ERROR)))
  end
end)

bookmark("waits", on { kind = "TaskBlocked", host = cli, process = "curl" })
bookmark("later", "600ms")

local function polled(w) return w:calls { process = "curl", name = "poll", nth = 1 }.result end
local function outcomes(w) return w:calls { process = "curl", name = "getsockopt" } end

at("waits", "connect() did not wait: EINPROGRESS. curl asks poll() to be told when the socket is writable.")
at("later", "poll() gave {polled(w)}.")

predict {
  at = "later",
  ask = "At the other end: {params.server}. Does poll() report the socket within half a second?",
  type = "yesno",
  answer = function(w) return polled(w) == 1 end,
}

predict {
  at = "later",
  ask = "What does getsockopt(SO_ERROR) give, the first time and the second?",
  type = "choice",
  options = { "0, 0", "111 (ECONNREFUSED), 0", "111 (ECONNREFUSED), 111", "nobody asked: poll() found nothing" },
  answer = function(w)
    local asked = outcomes(w)
    if #asked == 0 then return "nobody asked: poll() found nothing" end
    local function word(call) return call.result == 111 and "111 (ECONNREFUSED)" or tostring(call.result) end
    return word(asked[1]) .. ", " .. word(asked[2])
  end,
}

-- facts 5.1-06, 10.1-04, 10.1-05, 10.1-06, 10.1-07
expect("decided is writable, well or ill; undecided is not", "later", function(w)
  if params.server == "drops the SYN" then return polled(w) == 0 end
  local first, second = outcomes(w)[1].result, outcomes(w)[2].result
  return polled(w) == 1 and second == 0 and first == (params.server == "listens" and 0 or 111)
end)
