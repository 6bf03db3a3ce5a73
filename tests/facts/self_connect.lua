-- A socket that connects to itself.
-- facts 5.4-01, 5.4-02, 5.4-03
scenario { title = "self connect", limits = "", stop_at = "900ms" }

local cli = host { name = "cli", ip = "10.0.0.5", sysctl = { ip_local_port_range = "41000 41001" } }

process(cli, "narcissus", { start = "1ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  check(bind(fd, "127.0.0.1", 7600))
  check(connect(fd, "127.0.0.1", 7600))
  sleep("100ms")
  check(send(fd, "hello"))
  print(recv(fd, 100))
  check(shutdown(fd, SHUT_WR))
  print(recv(fd, 100))
  sleep(100)
end)
process(cli, "by-chance", { start = "300ms" }, function()
  local fd = check(socket(AF_INET, SOCK_STREAM))
  connect(fd, "127.0.0.1", 41000)
  sleep(100)
end)

bookmark("open", "80ms")
expect("one socket is both ends", "open", function(w)
  local rows = w:sockets { host = cli }
  return #rows == 1 and rows[1].state == "ESTAB" and rows[1].src == "127.0.0.1:7600" and rows[1].dst == "127.0.0.1:7600"
end)
expect("SYN, SYN-ACK and ACK go to itself", "open", function(w)
  local flags = {}
  for i, packet in ipairs(w:packets { from = cli }) do flags[i] = packet.flags end
  return table.concat(flags, " ") == "SYN SYN,ACK ACK", table.concat(flags, " ")
end)
expect("it receives what it sends, and its own end; then it waits", function(w)
  local list = {}
  for i, call in ipairs(w:calls { process = "narcissus", name = "recv" }) do list[i] = call.errno or call.result end
  return table.concat(list, " ") == "5 0" and #w:sockets { host = cli, state = "TIME-WAIT" } == 1, table.concat(list, " ")
end)
expect("a port that the kernel chooses may be the very one that is called", function(w)
  return w:calls { process = "by-chance", name = "connect", nth = 1 }.result == 0
end)
