scenario {
  version = 1,
  id = "C5",
  title = "Writing to a closed door",
  summary = "The peer has closed. The first send() succeeds all the same; the second one kills the program.",
  goal = "Say why the error comes one call late, and what SIGPIPE has to do with it.",
  limits = "Follows Linux 6.18. The link loses nothing; each call takes 1 µs.",
  notes = "Say: send() hands bytes to the kernel; the answer comes later. Avoid: 'send() tells whether it arrived'.",
}

params {
  pause = { default = "100ms", min = "0ms", max = "1s", help = "between the two sends" },
  sigpipe = { default = "ignored", values = { "ignored", "kills" }, help = "MSG_NOSIGNAL, or the default of Unix" },
}

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "10ms" }

process(srv, "web", function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "0.0.0.0", 8080))
  check(listen(fd, 2))
  local conn = check(accept(fd))
  sleep("20ms")
  check(close(conn))
  sleep("1s")
end)

process(cli, "logger", { start = "1ms" }, function()
  local flags = params.sigpipe == "ignored" and MSG_NOSIGNAL or 0
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(connect(fd, "srv", 8080))
  print("recv:", #check(recv(fd, 100)), "bytes: the peer has closed")
  sleep("50ms")
  print("first send:", send(fd, "one line", flags))
  sleep(params.pause)
  print("second send:", send(fd, "one more", flags))
  print("still alive")
end)

-- facts 6.2-09, 6.2-10, 6.2-16
bookmark("closed", on { kind = "StateChanged", host = cli, state = "CLOSE-WAIT" })
bookmark("answer", on { kind = "PacketSent", host = srv, reason = "DataAfterClose" })

at("closed", "The peer's FIN is here. It says: I send no more. It does not say that nobody reads any more, so logger may "
   .. "still write.")
at("answer", "srv's kernel knows better: no program has that socket any more. What comes for it is answered with RST.")

predict {
  at = "end",
  ask = "The peer had closed the connection. What did the first send() return?",
  type = "choice",
  options = { "8", "EPIPE", "ECONNRESET", "0" },
  answer = function(w)
    local call = w:calls { process = "logger", name = "send", nth = 1 }
    return call.errno or tostring(call.result or 8)
  end,
}

predict {
  at = "end",
  ask = "{params.pause} later logger called send() a second time. What did it get?",
  type = "choice",
  options = { "8", "EPIPE", "ECONNRESET", "SIGPIPE: it is killed" },
  answer = function(w)
    local call = w:calls { process = "logger", name = "send", nth = 2 }
    if call.errno then return call.errno end
    return call.result and tostring(call.result) or "SIGPIPE: it is killed"
  end,
}

expect("the first send succeeds", function(w)
  return w:calls { process = "logger", name = "send", nth = 1 }.result == 8
end)

expect("its answer is RST, which the second send meets if it comes late enough", function(w)
  local second = w:calls { process = "logger", name = "send", nth = 2 }
  local reset = w:packets { from = srv, flags = "RST", nth = 1 }
  if reset == nil then return false end
  if second.entered < reset.arrived then return second.result == 8 end
  if params.sigpipe == "kills" then return second.returned == nil end
  return second.errno == "EPIPE"
end)
