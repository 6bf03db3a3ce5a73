-- An ICMPv6 error about a SYN ends the attempt, with an error of its own for each code.
-- fact 8.9-07
scenario { title = "ICMPv6 about a SYN", limits = "", stop_at = "3s" }

local cli = host { name = "cli", ip = "2001:db8::5" }
local told = { { 1, 0, "ENETUNREACH" }, { 1, 1, "EACCES" }, { 1, 3, "EHOSTUNREACH" }, { 1, 4, "ECONNREFUSED" },
               { 1, 6, "EACCES" }, { 1, 7, "EPROTO" }, { 3, 0, "EHOSTUNREACH" }, { 4, 1, "EPROTO" } }

process(cli, "curl", { start = "20ms" }, function()
  for _, row in ipairs(told) do
    local fd = check(socket(AF_INET6, SOCK_STREAM))
    local _, err = connect(fd, "2001:db8:2::1", 80)
    check(err == row[3])
    sleep("20ms")
  end
end)

peer(cli, { ip = "2001:db8:2::1", delay = "5ms", start = "1ms" }, function(p)
  for _, row in ipairs(told) do
    local syn = check(p:expect { flags = "S", within = "1s" })
    p:send { icmp = { row[1], row[2] }, about = syn }
  end
end)

expect("each attempt ends at once", function(w)
  local list = {}
  for i, call in ipairs(w:calls { process = "curl", name = "connect" }) do list[i] = call.errno end
  return #list == #told, table.concat(list, " ")
end)
