-- A packet filter drops in silence, or rejects with RST or ICMP, on the way in or out.
scenario { title = "filters", limits = "", stop_at = "900ms" }

local cli = host { name = "cli", ip = "10.0.0.5" }
local srv = host { name = "srv", ip = "192.168.1.10" }
link { cli, srv, delay = "5ms" }
filter(srv, "drop", { port = 81 })
filter(srv, "reject", { port = 82 })
filter(srv, "reject", { proto = "tcp", from = cli, port = 83, with = "rst" })
filter(srv, "reject", { port = 84, with = "admin" })
filter(srv, "reject", { port = 85, with = "host", on = "200ms", off = "300ms" })
filter(cli, "drop", { to = srv, port = 86 })
filter(cli, "reject", { to = srv, port = 87, with = "net" })
filter(cli, "reject", { to = srv, port = 88, with = "rst" })

process(srv, "web", function()
  for port = 80, 88 do
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(bind(fd, "0.0.0.0", port))
    check(listen(fd, 5))
  end
  sleep(100)
end)

local wanted = { [80] = "0", [81] = "EINPROGRESS", [82] = "ECONNREFUSED", [83] = "ECONNREFUSED", [84] = "EHOSTUNREACH",
                 [85] = "0", [86] = "EINPROGRESS", [87] = "ENETUNREACH", [88] = "ECONNREFUSED" }
local function client(port)
  return function()
    local fd = check(socket(AF_INET, SOCK_STREAM))
    check(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, "240ms"))
    connect(fd, "srv", port)
    sleep(100)
  end
end
for port = 80, 88 do
  process(cli, "to-" .. port, { start = 0.015 * (port - 79) }, client(port))
end
process(cli, "later", { start = "250ms" }, client(85))

for port, result in pairs(wanted) do
  expect("port " .. port, function(w)
    local call = w:calls { process = "to-" .. port, name = "connect", nth = 1 }
    return (call.errno or tostring(call.result)) == result, call.errno or call.result
  end)
end
expect("a rule holds from 'on' to 'off'", function(w)
  return w:calls { process = "later", name = "connect", nth = 1 }.errno == "EHOSTUNREACH"
end)
expect("an answer of ICMP is a packet of the host's", function(w)
  local icmp = {}
  for _, packet in ipairs(w:packets { from = srv, to = cli }) do icmp[#icmp + 1] = packet.icmp end
  return table.concat(icmp, ", ") == "port unreachable, admin prohibited, host unreachable", table.concat(icmp, ", ")
end)
