-- ICMP errors for an open connection are hints.
-- fact 5.3-10
scenario { title = "soft errors", limits = "", stop_at = "700ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }

local function client(port, loud)
  return function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    if loud then check(setsockopt(fd, IPPROTO_IP, IP_RECVERR, 1)) end
    check(connect(fd, "10.9.0.2", port))
    check(send(fd, "hello"))
    sleep("100ms")
    recv(fd, 10, MSG_DONTWAIT)
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
    getsockopt(fd, SOL_SOCKET, SO_ERROR)
    sleep(100)
  end
end
process(cli, "quiet", { start = "2ms" }, client(80))
process(cli, "loud", { start = "60ms" }, client(81, true))

peer(cli, { ip = "10.9.0.2", delay = "5ms", start = "1ms" }, function(p)
  for port = 80, 81 do
    local syn = check(p:expect { flags = "S", to = port, within = "1s" })
    p:send { flags = "SA", from = port, to = syn.from, seq = 9000, ack = syn.seq + 1, mss = 1460 }
    local data = check(p:expect { data = "hello", within = "1s" })
    p:send { flags = "A", from = port, to = syn.from, seq = 9001, ack = data.seq + 5 }
    p:send { icmp = { 3, 1 }, about = { src = syn.src, dst = syn.dst, from = syn.from, to = syn.to, seq = data.seq + 5 } }
    p:send { icmp = { 3, 1 }, about = { src = syn.src, dst = syn.dst, from = syn.from, to = syn.to, seq = data.seq - 5 } }
    p:send { icmp = { 3, 1 }, about = { src = syn.src, dst = syn.dst, from = syn.from, to = 99, seq = 1 } }
  end
end)

local function results(w, process)
  local list = {}
  for _, name in ipairs { "recv", "getsockopt" } do
    for _, call in ipairs(w:calls { process = process, name = name }) do list[#list + 1] = call.errno or call.result end
  end
  return table.concat(list, " ")
end
expect("the connection stays; SO_ERROR tells the soft error once", function(w)
  return results(w, "quiet") == "EAGAIN 113 0" and #w:sockets { host = cli, state = "ESTAB" } == 2, results(w, "quiet")
end)
expect("with IP_RECVERR the error is reported", function(w)
  return results(w, "loud") == "EHOSTUNREACH 0 0", results(w, "loud")
end)
expect("what is not in flight, or nobody's, is counted", function(w)
  return w:counter(cli, "OutOfWindowIcmps") == 2 and w:counter(cli, "IcmpInErrors") == 2 and w:counter(cli, "IcmpInMsgs") == 6
end)
